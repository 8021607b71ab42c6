import type { LoopStatus } from "../../../evals/monitor/loop/loop-status.ts";

export const collectingLoop: LoopStatus = {
  at: "2026-11-27T05:00:00.000Z",
  file: "audit.jsonl",
  small: "openai:gpt-5.4-mini",
  large: "openai:gpt-5.5",
  maxLoss: 0.02,
  confidence: 0.95,
  lines: 428,
  records: 410,
  decided: { policy: 371, pin: 20, budget: 12, fallback: 7 },
  firstAt: "2026-11-23T07:00:00.000Z",
  lastAt: "2026-11-27T04:58:00.000Z",
  recordsPerDay: 104,
  daysLeft: 3.75,
  audit: {
    costUsd: 9.84,
    unknownCosts: 0,
    probability: [0.02, 0.02],
    scorers: ["auditJudge anthropic:claude-opus-5"],
  },
  live: { loss: 0.0112, records: 371 },
  evidence: {
    kind: "too-few",
    looked: 400,
    needed: 800,
    reason: "no threshold is certified: 400 records, about 700 would do",
  },
  promise: { state: "not-enough-evidence", records: 371, meanLoss: 0.0112, evidence: 3.1, alarmAt: 400 },
  warnings: ["18 records lack the outcome of a model"],
  next: {
    text: "410 of about 800 records; at 2 % of requests (104 records a day) this takes about 4 days; then tune",
    command:
      "switchpoint eval tune --outcomes audit.jsonl --small openai:gpt-5.4-mini --large openai:gpt-5.5 --max-loss 0.02 --confidence 0.95 --out tuning.json",
  },
};

export const enoughLoop: LoopStatus = {
  ...collectingLoop,
  records: 1_640,
  lines: 1_640,
  decided: { policy: 1_640 },
  daysLeft: undefined,
  warnings: [],
  evidence: {
    kind: "enough",
    looked: 1_600,
    threshold: 0.62,
    largeCallRate: 0.34,
    loss: 0.006,
    saving: { value: 0.41, low: 0.37, high: 0.45 },
    savedUsd: 3.91,
  },
  promise: { state: "kept", records: 1_600, meanLoss: 0.006, evidence: 0.2, alarmAt: 400 },
  drift: {
    windows: 7,
    requests: 310,
    windowRequests: 1_000,
    leftOut: 41,
    verdicts: 20,
    windowVerdicts: 200,
    findings: [
      {
        of: "score",
        verdict: "steady",
        statistic: "PSI",
        value: 0.031,
        bound: 0.118,
        nullValue: 0.018,
        reason: "",
      },
      {
        of: "language",
        verdict: "drifted",
        statistic: "PSI",
        value: 0.21,
        bound: 0.112,
        nullValue: 0.012,
        reason: 'the share of language "nl" was 1 % and is 14 %',
      },
      { of: "category", verdict: "not-judged", statistic: "PSI", value: 0, bound: 0, reason: "too few" },
    ],
    alarms: [{ of: "language", reason: 'the share of language "nl" was 1 % and is 14 %' }],
  },
  next: { text: "1,640 records: enough to certify a threshold", command: collectingLoop.next.command },
};

const attack = `"><img src=x onerror="owned=1"><script>owned=1</script>\u202e${"long".repeat(40)}`;

export const hostileLoop: LoopStatus = {
  ...enoughLoop,
  file: attack,
  small: attack,
  large: `${attack}!`,
  decided: { [attack]: 3, __proto__: 4, constructor: 5 },
  audit: { ...enoughLoop.audit, scorers: [attack] },
  promise: { state: attack, records: 3 },
  warnings: [attack],
  drift: enoughLoop.drift && {
    ...enoughLoop.drift,
    alarms: [{ of: attack, reason: attack }],
    findings: enoughLoop.drift.findings.map((finding) => ({ ...finding, of: attack })),
  },
  next: { text: attack, command: attack },
};

export const brokenLoop: LoopStatus = {
  ...enoughLoop,
  drift: undefined,
  promise: { state: "broken", records: 2_000, meanLoss: 0.051, evidence: 731, alarmAt: 400 },
  next: {
    text: "the promise is broken: send everything to the large model, find what changed, and tune on newer records",
    command: collectingLoop.next.command,
  },
};

export const emptyLoop: LoopStatus = {
  ...collectingLoop,
  small: undefined,
  large: undefined,
  lines: 0,
  records: 0,
  decided: {},
  firstAt: undefined,
  lastAt: undefined,
  recordsPerDay: undefined,
  daysLeft: undefined,
  audit: { costUsd: 0, unknownCosts: 0, scorers: [] },
  live: undefined,
  evidence: { kind: "unusable", looked: 0, reason: "no record has outcomes of two models" },
  promise: undefined,
  warnings: [],
  next: { text: "no record of two models yet: let your application answer requests with the audit on" },
};
