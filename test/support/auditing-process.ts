import { audited } from "./audited.ts";

// Audits into the file that the first argument names until its input ends, or it is killed; the second is the length of
// an answer. Writes the id of each request whose record is in the file.
const [file = "", characters = "1"] = process.argv.slice(2);
const text = "x".repeat(Number(characters));
const { router, audit } = audited({
  small: { answer: text },
  large: { answer: `${text}.` },
  audit: { file, prompts: "store", budget: { usdPerDay: 1e6 } },
});
let isOver = false;
process.stdin.on("end", () => {
  isOver = true;
});
process.stdin.resume();
for (let at = 0; !isOver; at += 1) {
  const { decision } = await router.route(`question ${at}`);
  await audit.flush();
  process.stdout.write(`${decision.id}\n`);
}
await router.close();
