import { serveFakeEngine, smallProfile } from "../../../src/testing/index.ts";

// A fake engine in a process of its own, so that it can be stopped, continued and killed.
const engine = await serveFakeEngine({
  profile: { ...smallProfile, slots: 64, stepMs: 2 },
  model: "qwen",
});
process.stdout.write(`${engine.url}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
