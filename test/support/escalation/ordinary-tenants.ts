import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";

/** Says for one request after the other if it is for the large model. */
export type Tenant = () => boolean;

/** Ways in which an ordinary tenant's requests depend on each other. */
export const kinds = ["steady", "drifting", "daily", "sessions", "batches"] as const;
export type Kind = (typeof kinds)[number];

/** Distributions of the true shares of tenants, which no guard is told. */
export const fleets = {
  "shares around 0.29 (beta 2, 5)": (random: () => number) => beta(2, 5, random),
  "shares around 0.2 (beta 2, 8)": (random: () => number) => beta(2, 8, random),
  "shares from 0.2 to 0.4": (random: () => number) => 0.2 + 0.2 * random(),
  "any share from 0 to 1": (random: () => number) => random(),
} as const;

/** A fifth of the tenants are hard, and the others are easy. */
export const twoKinds = (random: () => number): number =>
  random() < 0.2 ? 0.5 + 0.2 * random() : 0.05 + 0.2 * random();

/** Creates an ordinary tenant with a mean share of about `share`. */
export function ordinaryTenant(share: number, kind: Kind, random: () => number): Tenant {
  const usual = logit(Math.min(0.99, Math.max(0.01, share)));
  switch (kind) {
    case "steady":
      return () => random() < share;
    case "drifting": {
      // A random walk of the log-odds, which 10,000 requests move by about 0.8 and which is drawn back slowly.
      let odds = usual;
      return () => {
        odds += 0.01 * gaussian(random) + 1e-4 * (usual - odds);
        return random() < shareOf(odds);
      };
    }
    case "daily": {
      // Five waves within 10,000 requests, from 0.8 above to 0.8 below.
      let at = random() * 2_000;
      return () => {
        at += 1;
        return random() < shareOf(usual + 0.8 * Math.sin((2 * Math.PI * at) / 2_000));
      };
    }
    case "sessions": {
      // Conversations of 8 turns in the mean, of which each is easier or harder than the last.
      let left = 0;
      let now = share;
      return () => {
        if (left <= 0) {
          left = 1 + Math.floor(-Math.log(1 - random()) * 8);
          now = beta(Math.max(1, Math.round(4 * share)), Math.max(1, Math.round(4 * (1 - share))), random);
        }
        left -= 1;
        return random() < now;
      };
    }
    case "batches": {
      // One request in 400 starts 10 to 40 hard ones in a row.
      let left = 0;
      return () => {
        if (left > 0) {
          left -= 1;
          return true;
        }
        if (random() < 1 / 400) left = 10 + Math.floor(random() * 30);
        return random() < share;
      };
    }
  }
}

export function ordinaryTenants(
  count: number,
  seed: number,
  shareOfNext: (random: () => number) => number,
): readonly Tenant[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) =>
    ordinaryTenant(shareOfNext(random), kinds[at % kinds.length] as Kind, random),
  );
}

function shareOf(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A beta variable of whole parameters. */
function beta(a: number, b: number, random: () => number): number {
  const gamma = (k: number) => {
    let sum = 0;
    for (let at = 0; at < k; at += 1) sum -= Math.log(1 - random());
    return sum;
  };
  const x = gamma(a);
  return x / (x + gamma(b));
}
