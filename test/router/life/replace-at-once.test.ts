import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { mix, threshold } from "../../../policies/index.ts";
import { createRouter, isRouterError } from "../../../src/index.ts";
import { watchTuning } from "../../../src/loop/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

type Id = "small" | "large";

const at = (cut: number) => threshold<Id>({ small: "small", large: "large", at: cut });
const lottery = (share: number) => mix<Id>({ small: share, large: 1 - share });

function tuningText(cut: number): string {
  return JSON.stringify({
    version: `v${cut}`,
    expiresAt: "2999-01-01T00:00:00Z",
    policy: { name: "threshold", parameters: { at: cut } },
    models: ["fake:s", "fake:l"],
    classifier: { name: "fixed", version: "1" },
  });
}

/** Everything that changes what decides, and everything that is decided, at once; the router closes in the middle of it. */
async function liveOf(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), "switchpoint-chaos-"));
  const file = join(folder, "tuning.json");
  const models = {
    small: fakeModel({ model: "s", wait: () => turn() }),
    large: fakeModel({ model: "l", wait: () => turn() }),
  };
  /** Policies by the hash that decisions carry. */
  const known = new Map<string, { readonly name: string; readonly parameters: unknown }>();
  const router = createRouter({
    models,
    policy: at(0.5),
    classifier: { name: "fixed", version: "1", classify: async () => ({ complexity: 0.6 }) },
    random,
  });
  const swaps: string[] = [];
  router.observe((event) => {
    if (event.type === "parts-replaced") swaps.push(event.to);
    if (event.type !== "decision-made") return;
    const { policy, versions } = event.decision;
    const before = known.get(versions.policy);
    // A hash is of one policy alone: no decision mixes the parts of two.
    if (before !== undefined) expect(before).toEqual(policy);
    known.set(versions.policy, policy as never);
  });
  writeFileSync(file, tuningText(0.4));
  const watch = watchTuning<Id>({
    router,
    file,
    policy: (tuning) => at(tuning.policy.parameters?.["at"] as number),
  });
  const refused = (error: unknown) => {
    if (!isRouterError(error)) throw error;
  };
  const stream = async () => {
    const pieces = router.stream("Hello");
    for await (const _ of pieces) await turn();
    return pieces.result;
  };
  const ask: readonly (() => Promise<unknown>)[] = [
    () => router.decide("Hello"),
    () => router.route("Hello"),
    stream,
    () => router.replace({ policy: at(random()), reason: "a threshold" }),
    () => router.replace({ policy: lottery(random()), reason: "a lottery", dryRun: random() < 0.5 }),
    () => router.replace({ policy: at(2), reason: "none" }),
    () => router.revert("back"),
    () => watch.check(),
    async () => {
      // As `eval tune` writes it: whole, and then in its place.
      writeFileSync(`${file}.new`, tuningText(Number(random().toFixed(2))));
      renameSync(`${file}.new`, file);
      await watch.check();
    },
  ];
  const under: Promise<unknown>[] = [];
  const begin = async () => {
    const one = ask[Math.floor(random() * ask.length)] ?? turn;
    under.push(
      Promise.resolve()
        .then(() => one())
        .catch(refused),
    );
    if (random() < 0.3) await turn();
  };
  for (let step = 0; step < 150; step += 1) await begin();
  const closing = router.close();
  for (let step = 0; step < 30; step += 1) await begin();
  await Promise.all([...under, closing]);
  await watch.close();
  const after = swaps.length;
  await Promise.all([...under, turn()]);
  expect(router.isClosed).toBe(true);
  expect(swaps.length).toBe(after);
  expect(after).toBeGreaterThan(5);
  // The router decides no longer, and nothing is replaced.
  await expect(router.decide("Hello")).rejects.toThrow(/closed/);
  await expect(router.replace({ policy: at(0.1), reason: "late" })).rejects.toThrow(/closed/);
  await expect(router.revert("late")).rejects.toThrow(/closed/);
  rmSync(folder, { recursive: true });
}

it("decide, route, stream, replace, revert, a watched file and close at once: each decision is of one policy, all end", async () => {
  for (let seed = 1; seed <= runs(6, 200); seed += 1) await liveOf(seed);
});
