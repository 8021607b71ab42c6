#!/usr/bin/env node
import { oldNode } from "../src/plugin/old-node.ts";

// The command line is loaded only then: an older Node would stop at an import of something that it lacks, with a SyntaxError.
const problem = oldNode(20, 12);
if (problem === undefined) {
  const { start } = await import("./start.ts");
  await start();
} else {
  process.stderr.write(`switchpoint: ${problem}\n`);
  process.exitCode = 2;
}
