#!/usr/bin/env node
process.setSourceMapsEnabled(true);
const { runCli } = await import("./runCli.js");
process.exitCode = await runCli(process.argv.slice(2), process);
export {};
