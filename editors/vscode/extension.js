// Starts `pikachat lsp` for .pika files.
"use strict";
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const command = workspace.getConfiguration("pika").get("path");
  client = new LanguageClient(
    "pika", "Pika", { command, args: ["lsp"] }, { documentSelector: [{ language: "pika" }] });
  await client.start();
};

exports.deactivate = () => client?.stop();
