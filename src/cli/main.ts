#!/usr/bin/env node
process.setSourceMapsEnabled(true);
// A reader such as `head` that has seen enough closes the pipe; nobody is left to tell anything.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
const { runCli } = await import("./runCli.js");
process.exitCode = await runCli(process.argv.slice(2), process);
export {};
