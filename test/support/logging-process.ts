// Sends requests through a router with a decision log: logging-process.ts FILE COUNT MAX_BYTES. Prints { ids, dropped }.
import { setTimeout as sleep } from "node:timers/promises";
import { always } from "../../policies/always.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { decisionLog } from "../../src/router/log/decision-log.ts";
import { fakeModel } from "../../src/testing/index.ts";

const [file = "", count = "", maxBytes = ""] = process.argv.slice(2);
const rotate = maxBytes === "" ? undefined : { maxBytes: Number(maxBytes), keepFiles: 10_000 };
const log = decisionLog({ file, rotate });
const router = createRouter({ models: { small: fakeModel() }, policy: always("small"), onEvent: log });
const ids: string[] = [];
process.stdout.write("begun\n");
while (ids.length < Number(count)) {
  const { decision } = await router.route("Hello");
  ids.push(decision.id);
  if (ids.length % 20 === 0) await sleep(1);
}
const problem = await router.close().then(
  () => undefined,
  (error: unknown) => (error as { readonly code?: unknown }).code,
);
process.stdout.write(JSON.stringify({ ids, dropped: log.dropped, problem }), () => process.exit(0));
