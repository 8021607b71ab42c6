// Prints the arms of sessions as another process has them: arms-process.ts COUNT
import { always } from "../../policies/always.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { rolloutOf } from "./rollouts.ts";

const router = createRouter({
  models: { small: fakeModel({ model: "small" }), large: fakeModel({ model: "large" }) },
  policy: rolloutOf(always("small"), always("large")),
});
const arms: unknown[] = [];
for (let session = 0; session < Number(process.argv[2]); session += 1) {
  const messages = [{ role: "user" as const, content: "Hello" }];
  arms.push((await router.decide({ session: `s${session}`, messages })).arms);
}
process.stdout.write(JSON.stringify(arms));
