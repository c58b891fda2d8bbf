import PikaShell

extension CommandCatalogue {
    /// The general commands and ours, with our failure code.
    static func deployments(_ deployments: Deployments) -> CommandCatalogue {
        let own: [any Command] = [
            DeployCommand(deployments: deployments), ConfirmCommand(deployments: deployments),
            ReleasesCommand(deployments: deployments),
            // Takes the place of the general one, which only compares.
            ExpectCommand(subjects: [ReleaseSubject(deployments: deployments)]),
        ]
        return (own + CommandCatalogue.general).adding(failureCodes: [.rollback])
    }
}
