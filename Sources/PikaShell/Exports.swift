// `import PikaShell` brings what a program needs for commands and hosts of its own.
@_exported import Scripting
@_exported import Vocabulary
