/**
 * False alarms and detection of `guarded` in worlds that were not looked at when its constants were chosen: other
 * seeds, activity by Zipf's law, weeks, bursts of one prompt, releases, one hard tenant, three tenants, a classifier
 * that fails. Needs no data:
 *
 *     npm run build && node dist/studies/guard-study.js [fleets]
 */
import { guarded } from "../policies/guarded.ts";
import { threshold } from "../policies/threshold.ts";
import type { Decision, EscalationEvent, RouterEvent } from "../src/contracts/index.ts";
import { seededRandom, wilsonInterval } from "../src/loop/statistics/index.ts";

type Random = () => number;

interface World {
  readonly name: string;
  readonly tenants: number;
  /** True share of a tenant. */
  readonly share: (random: Random, tenant: number) => number;
  /** Relative activity by tenant. Default: all alike. */
  readonly activity?: (tenant: number) => number;
  /** Returns the next request of a tenant: true if it is for the large model. `at` counts its requests. */
  readonly source: (share: number, random: Random) => (at: number) => boolean;
  /** Tenants that are counted apart. */
  readonly apart?: (tenant: number) => boolean;
  /** Part of all requests within which the classifier fails, which sends everything to the large model. */
  readonly outage?: readonly [from: number, to: number];
}

const perTenant = 10_000;
const steady = (share: number, random: Random) => () => random() < share;
const zipf = (tenant: number) => 1 / (tenant + 1);

const worlds: readonly World[] = [
  {
    name: "Zipf activity, 50 tenants, shares beta(1, 4)",
    tenants: 50,
    activity: zipf,
    share: hardTail,
    source: steady,
  },
  {
    name: "Zipf activity, five conversations at a time, 50 tenants",
    tenants: 50,
    activity: zipf,
    share: hardTail,
    source: manyConversations,
  },
  {
    name: "one conversation at a time of up to 60 turns, 30 tenants",
    tenants: 30,
    share: hardTail,
    source: conversations(60),
  },
  {
    name: "one conversation at a time of up to 200 turns, 30 tenants",
    tenants: 30,
    share: hardTail,
    source: conversations(200),
  },
  { name: "weeks and days, jobs on Sunday nights, 30 tenants", tenants: 30, share: hardTail, source: weeks },
  { name: "one prompt 30 to 80 times in a row, 30 tenants", tenants: 30, share: hardTail, source: loops },
  {
    name: "shares around 0.05 or 0.45, half each, 30 tenants",
    tenants: 30,
    share: (random, tenant) => (tenant % 2 === 0 ? 0.03 + 0.04 * random() : 0.35 + 0.2 * random()),
    source: steady,
  },
  {
    name: "one hard tenant (0.75 to 0.95) from the start among 20 of beta(1, 4)",
    tenants: 21,
    share: (random, tenant) => (tenant === 0 ? 0.75 + 0.2 * random() : hardTail(random)),
    source: manyConversations,
    apart: (tenant) => tenant === 0,
  },
  { name: "3 tenants", tenants: 3, share: hardTail, source: manyConversations },
  {
    name: "3 tenants, one hard (0.75 to 0.95)",
    tenants: 3,
    share: (random, tenant) => (tenant === 0 ? 0.75 + 0.2 * random() : hardTail(random)),
    source: manyConversations,
    apart: (tenant) => tenant === 0,
  },
  {
    name: "a release lifts a tenant by 0.2 for good, 30 tenants",
    tenants: 30,
    share: hardTail,
    source: release(0.2),
  },
  {
    name: "a release lifts a tenant by 0.5 for good, 30 tenants",
    tenants: 30,
    share: hardTail,
    source: release(0.5),
  },
  {
    name: "the classifier fails for 2 % of the time, Zipf activity, 50 tenants",
    tenants: 50,
    activity: zipf,
    share: hardTail,
    source: steady,
    outage: [0.05, 0.07],
  },
];

const fleets = Number(process.argv[2] ?? 40);
console.log(
  `${fleets} fleets a world; ${perTenant} requests a tenant. Then 97 % hard requests by one tenant that is known and by a new one.\n`,
);
console.log(
  "| world | tenants flagged | 95 % interval | flood of a known tenant, 50 / 95 % / most | of a new one |",
);
console.log("|---|---|---|---|---|");
worlds.forEach((world, index) => {
  const apart = { flagged: 0, count: 0 };
  const usual = { flagged: 0, count: 0 };
  const floods = { known: [] as number[], fresh: [] as number[] };
  for (let fleet = 0; fleet < fleets; fleet += 1) {
    const random = seededRandom(70_000 + 1_000 * index + fleet);
    const guard = watch();
    const flagged = live(world, guard, random);
    for (let tenant = 0; tenant < world.tenants; tenant += 1) {
      const group = world.apart?.(tenant) === true ? apart : usual;
      group.count += 1;
      if (flagged.has(`t${tenant}`)) group.flagged += 1;
    }
    floods.known.push(flood(guard, `t${world.tenants - 1}`, random));
    floods.fresh.push(flood(guard, "new", random));
  }
  const found = [quantiles(floods.known), quantiles(floods.fresh)];
  console.log(`| ${world.name} | ${shown(usual)} | ${found.join(" | ")} |`);
  if (apart.count > 0) console.log(`| - the hard ones | ${shown(apart)} | | |`);
});

console.log(
  "\n| a tenant that goes up slowly, by its own past and | flagged before 0.9 | requests until then, median |",
);
console.log("|---|---|---|");
for (const gap of [0.1, 0.2, 0.3]) {
  const lives = Array.from({ length: fleets }, (_, life) => climb(gap, seededRandom(90_000 + life)));
  const escaped = lives.filter((requests) => requests !== undefined).sort((a, b) => a - b);
  const median = escaped[escaped.length >> 1] ?? "-";
  console.log(`| ${gap} | ${fleets - escaped.length} of ${fleets} | ${median} |`);
}

/** Returns the requests of a tenant next to 20 others until nine in ten are hard; undefined if it is flagged before. */
function climb(gap: number, random: Random): number | undefined {
  const guard = watch();
  const others = Array.from({ length: 20 }, () => hardTail(random));
  let share = 0.2;
  for (let at = 0; at < 30_000; at += 1) {
    others.forEach((other, tenant) => {
      guard.decide(`t${tenant}`, random() < other, false);
    });
    const isLarge = random() < (at < 1_000 ? 0.2 : Math.min(0.97, share + gap));
    guard.decide("climber", isLarge, false);
    share += ((isLarge ? 1 : 0) - share) / 1_000;
    if (guard.told.some(({ unit }) => unit === "climber")) return undefined;
    if (share >= 0.9) return at;
  }
  return undefined;
}

/** Lets the tenants send, the more active ones more at a time. Returns those that were flagged. */
function live(world: World, guard: Guard, random: Random): ReadonlySet<string> {
  const sources = Array.from({ length: world.tenants }, (_, tenant) =>
    world.source(world.share(random, tenant), random),
  );
  const sent = sources.map(() => 0);
  const all = world.tenants * perTenant;
  const [from, to] = world.outage ?? [2, 2];
  let total = 0;
  while (total < all)
    sources.forEach((next, tenant) => {
      const rate = world.activity?.(tenant) ?? 1;
      for (let count = Math.floor(rate + random()); count > 0; count -= 1) {
        const at = sent[tenant] as number;
        if (at >= perTenant) return;
        const fails = total >= from * all && total < to * all;
        guard.decide(`t${tenant}`, next(at) || fails, fails);
        sent[tenant] = at + 1;
        total += 1;
      }
    });
  return new Set(guard.told.map(({ unit }) => unit ?? ""));
}

/** Returns the number of requests until the alarm, at most 2,000. */
function flood(guard: Guard, tenant: string, random: Random): number {
  const before = guard.told.length;
  for (let sent = 1; sent < 2_000; sent += 1) {
    guard.decide(tenant, random() < 0.97, false);
    if (guard.told.slice(before).some(({ unit }) => unit === tenant)) return sent;
  }
  return 2_000;
}

interface Guard {
  readonly told: EscalationEvent[];
  decide(tenant: string, isLarge: boolean, fails: boolean): void;
}

/** A guard without a router. Alarms last no time, so that a tenant may be flagged again. */
function watch(): Guard {
  const policy = guarded(threshold({ small: "small", large: "large", at: 0.5 }), {
    cap: false,
    capMs: 1_000,
  });
  const told: EscalationEvent[] = [];
  let now = 0;
  const [input] = policy.reads ?? [];
  const state = input?.create({
    classifier: "sample@1",
    now: () => now,
    monotonic: () => now,
    emit: (event) => event.type === "escalation-abnormal" && told.push(event),
  });
  const candidates = [
    { model: "small", permitted: true },
    { model: "large", permitted: true },
  ];
  return {
    told,
    decide(tenant, isLarge, fails) {
      now += 100;
      const model = isLarge ? "large" : "small";
      const decision = {
        model,
        plan: [{ model }],
        candidates,
        forced: false,
        request: { tenant, labels: {} },
        ...(fails && { classifierError: "timeout" }),
      };
      const event = { type: "decision-made", decision: decision as unknown as Decision } as RouterEvent;
      state?.observe?.(event);
    },
  };
}

/** A share of beta(1, 4): 0.2 in the mean, one in ten above 0.44. */
function hardTail(random: Random): number {
  return 1 - (1 - random()) ** (1 / 4);
}

/** Conversations that are hard or easy as a whole. Lengths have a long tail: one in a hundred has 40 turns and more. */
function conversations(longest: number): (share: number, random: Random) => () => boolean {
  return (share, random) => {
    let left = 0;
    let now = share;
    return () => {
      if (left <= 0) {
        left = Math.min(longest, Math.ceil((1 - random()) ** (-1 / 1.25)));
        now = random() < share ? 0.5 + 0.5 * random() : 0.3 * share * random();
      }
      left -= 1;
      return random() < now;
    };
  };
}

/** Five users, who send in any order. */
function manyConversations(share: number, random: Random): () => boolean {
  const users = Array.from({ length: 5 }, () => conversations(200)(share, random));
  return () => users[Math.floor(5 * random())]?.() === true;
}

/** Four weeks of 2,500 requests: easier at weekends, with a wave each day and hard jobs in the night to Monday. */
function weeks(share: number, random: Random): (at: number) => boolean {
  const odds = Math.log(Math.max(0.01, share) / (1 - Math.min(0.99, share)));
  return (at) => {
    const day = ((at % 2_500) / 2_500) * 7;
    const isWeekend = day >= 5;
    const isJob = day >= 6.85;
    const now = odds + 0.5 * Math.sin(2 * Math.PI * day) - (isWeekend ? 1 : 0) + (isJob ? 2.5 : 0);
    return random() < 1 / (1 + Math.exp(-now));
  };
}

/** One request in 800 is sent 30 to 80 times, as an agent does that is stuck. */
function loops(share: number, random: Random): () => boolean {
  let left = 0;
  let isHard = false;
  return () => {
    if (left > 0) {
      left -= 1;
      return isHard;
    }
    if (random() < 1 / 800) {
      left = 30 + Math.floor(random() * 50);
      isHard = random() < Math.max(share, 0.5);
    }
    return random() < share;
  };
}

function release(lift: number): (share: number, random: Random) => (at: number) => boolean {
  return (share, random) => {
    const from = 1_000 + Math.floor(random() * 8_000);
    return (at) => random() < Math.min(0.98, at < from ? share : share + lift);
  };
}

function shown({ flagged, count }: { readonly flagged: number; readonly count: number }): string {
  const { low, high } = wilsonInterval(flagged / count, count);
  const percent = (value: number) => (100 * value).toFixed(2);
  return `${flagged} of ${count} (${percent(flagged / count)} %) | ${percent(low)} to ${percent(high)} %`;
}

function quantiles(values: number[]): string {
  values.sort((a, b) => a - b);
  const at = (part: number) => values[Math.floor(part * (values.length - 1))] as number;
  return [0.5, 0.95, 1].map(at).join(" / ");
}
