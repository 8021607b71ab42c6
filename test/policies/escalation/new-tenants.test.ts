import { expect, it } from "vitest";
import type { EscalationEvent } from "../../../src/contracts/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { fleets, kinds, ordinaryTenant, twoKinds } from "../../support/escalation/ordinary-tenants.ts";
import { type Watched, watched } from "../../support/escalation/watched.ts";
import { runs } from "../../support/runs.ts";

const show = (text: string) => process.env["SWITCHPOINT_RUNS"] === "full" && console.log(text);

const worlds = {
  ...fleets,
  "shares of beta(1, 4)": (random: () => number) => 1 - (1 - random()) ** (1 / 4),
  "two kinds": twoKinds,
};
type Shares = (random: () => number) => number;

/** A guard that knows 50 tenants with 300 requests each. */
function known(shares: Shares, random: () => number): Watched {
  const guard = watched();
  for (let tenant = 0; tenant < 50; tenant += 1) {
    const next = ordinaryTenant(shares(random), kinds[tenant % 5] ?? "steady", random);
    for (let at = 0; at < 300; at += 1) guard.decide(`t${tenant}`, next());
  }
  guard.told.length = 0;
  return guard;
}

const isOfAll = (event: EscalationEvent) => event.together === true;

/** Large calls that `names` new tenants get with `each` hard requests, one name after the other or in turn. */
function flood(guard: Watched, names: number, each: number, inTurn: boolean): number {
  let large = 0;
  const send = (name: number) => {
    if (!guard.isCapped(`new${name}`)) large += 1;
    guard.decide(`new${name}`, true);
  };
  const [outer, inner] = inTurn ? [each, names] : [names, each];
  for (let one = 0; one < outer; one += 1)
    for (let other = 0; other < inner; other += 1) send(inTurn ? other : one);
  return large;
}

it.each(Object.entries(worlds))(
  "what 200 new tenants send together is bounded: %s",
  { timeout: 600_000 },
  (name, shares) => {
    const calls = [true, false].map((inTurn) =>
      Array.from({ length: runs(2, 50) }, (_, run) =>
        flood(known(shares, seededRandom(8_000 + run)), 200, 60, inTurn),
      ).sort((a, b) => a - b),
    );
    const shown = calls.map((one) => `${one[one.length >> 1]}, most ${one.at(-1)}`).join(" | ");
    show(`| ${name} | ${shown} |`);
    for (const one of calls) expect(one.at(-1)).toBeLessThan(4_000);
  },
);

it.each(Object.entries(worlds))(
  "500 ordinary tenants that come on one day are not capped together: %s",
  { timeout: 600_000 },
  (name, shares) => {
    let alarms = 0;
    const days = runs(2, 100);
    for (let day = 0; day < days; day += 1) {
      const random = seededRandom(9_000 + day);
      const guard = known(shares, random);
      const tenants = Array.from({ length: 500 }, (_, at) =>
        ordinaryTenant(shares(random), kinds[at % 5] ?? "steady", random),
      );
      for (let at = 0; at < 60; at += 1)
        tenants.forEach((next, tenant) => {
          guard.decide(`new${tenant}`, next());
        });
      if (guard.told.some(isOfAll)) alarms += 1;
    }
    show(`| ${name} | ${alarms} of ${days} |`);
    expect(alarms).toBeLessThanOrEqual(days / 100);
  },
);
