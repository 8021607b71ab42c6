import { readName } from "../src/plugin/read-name.ts";
import type { AuditPlan } from "./day-cost.ts";

export interface LoopConfig extends AuditPlan {
  /** File of the audit's records, as the application will open it. */
  readonly auditFile: string;
  readonly maxLoss: number;
}

/** Text of a config file with an audit, a promise and a drift monitor. All names are quoted as JSON. */
export function loopConfig(config: LoopConfig): string {
  const { small, large, judge, rate, perDay, usdPerDay, auditFile, maxLoss } = config;
  const isLarge = judge === large;
  const { provider, model, effort } = readName(judge);
  const asked = effort === undefined ? "" : `, { defaults: { reasoningEffort: "${effort}" } }`;
  const pace = rate === undefined ? `perDay: ${perDay}` : `rate: ${rate}`;
  return `// Written by \`switchpoint loop init\`. Keys come from the environment. Import the default export in your
// application: const { completion } = await router.route(request);
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
${isLarge ? "" : `import { ${provider} } from "switchpoint/providers/${provider}";\n`}import { auditedRecords, createAudit, createDriftMonitor, createPromise, auditJudge } from "switchpoint/loop";

const router = createRouter({
  models: { small: ${JSON.stringify(small)}, large: ${JSON.stringify(large)} },
  // Untuned: \`switchpoint eval tune\` finds a threshold with a certificate, once there are enough records.
  policy: threshold({ small: "small", large: "large", at: 0.7 }),
});
export default router;

/** Records of the audit. With \`prompts: "store"\` they hold the text of requests and answers, which tuning needs. */
export const auditFile = ${JSON.stringify(auditFile)};

/** Says at any time if routing loses more than this against the large model. */
export const promise = createPromise({ maxLoss: ${maxLoss} });
promise.attach(router);
// What the audit has found before this process began.
for (const record of await auditedRecords(auditFile)) promise.add(record);

/** Says when traffic is no longer what it was: event \`drift-found\`. */
export const drift = createDriftMonitor();
router.observe(drift);

/** Answers a sample of the requests by the other model too, after the caller has the answer, and scores both. */
export const audit = createAudit({
  router,
  reference: "large",
  ${pace},
  budget: { usdPerDay: ${usdPerDay} },
  // ${isLarge ? "Better another model than the two that are judged: models favour their own answers." : "Another model than the two that are judged."}
  scorer: auditJudge({
    model: ${isLarge ? "router.models.large" : `${provider}(${JSON.stringify(model)}${asked})`},
    onPair: drift.noteJudge,
  }),
  file: auditFile,
  prompts: "store",
  // Requests that must not be stored, or seen by the other model: allow: (facts) => facts.labels.private !== "yes",
  onRecord: [promise.add],
});

`;
}
