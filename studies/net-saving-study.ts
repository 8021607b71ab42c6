import { readOutcomes } from "../evals/data/outcomes/read-outcomes.ts";
import { netSaving } from "../evals/monitor/spend/net-saving.ts";
import type { SpendRequest } from "../evals/monitor/spend/spend-request.ts";
import type { Classification, HopContext, Price } from "../src/contracts/index.ts";
import { seededRandom, wilsonInterval } from "../src/loop/statistics/index.ts";
import { complexity } from "../src/router/classifiers/index.ts";
import { estimateTokens } from "../src/router/cost/inner.ts";
import { normaliseRequest } from "../src/router/request/index.ts";
import { dataPath } from "./data-path.ts";

/**
 * Coverage of the interval of `netSaving` on recorded outcomes of both models: requests are drawn and routed by
 * threshold with exploration, the log shows one model's answer each, and the true saving is known. Prints the part of
 * intervals that hold it, for traffic like this (its level) and for the drawn requests themselves.
 *
 *     SWITCHPOINT_DATA=<folder> node dist/studies/net-saving-study.js
 */
const file = dataPath("validation", "rational_cascades.jsonl.gz");
const runs = Number(process.env["RUNS"] ?? 200);
const pairs: readonly (readonly [small: string, large: string, price: Price])[] = [
  ["llama3.1-8b", "gpt-4o", { usdPerMillionInputTokens: 2.5, usdPerMillionOutputTokens: 10 }],
  ["gpt-4o-mini", "llama3.1-405b", { usdPerMillionInputTokens: 3, usdPerMillionOutputTokens: 3 }],
];

interface Known {
  readonly request: SpendRequest["decision"]["request"];
  readonly classification: Classification;
  readonly outcomes: ReadonlyMap<
    string,
    { readonly usd: number; readonly input: number; readonly output: number }
  >;
}

const records: Known[] = [];
const classifier = complexity();
for await (const { prompt, system, category, outcomes } of readOutcomes(file)) {
  if (prompt === undefined) continue;
  const messages = [
    ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
    { role: "user" as const, content: prompt },
  ];
  const facts = normaliseRequest({ messages, category }, { maxCharacters: 4_000_000, estimateTokens });
  const { ask: _, window: __, typed: ___, text: ____, ...request } = facts;
  const classification = classifier.classify(facts, {} as HopContext) as Classification;
  records.push({
    request,
    classification,
    outcomes: new Map(
      Object.entries(outcomes).flatMap(([name, { inputTokens, outputTokens }]) =>
        inputTokens === undefined || outputTokens === undefined
          ? []
          : [[name, { usd: 0, input: inputTokens, output: outputTokens }]],
      ),
    ),
  });
}

const smallPrice: Price = { usdPerMillionInputTokens: 0.2, usdPerMillionOutputTokens: 0.6 };
const usdOf = (price: Price, { input, output }: { input: number; output: number }): number =>
  (input * price.usdPerMillionInputTokens + output * price.usdPerMillionOutputTokens) / 1e6;

for (const [small, large, price] of pairs) {
  const usable = records.filter(({ outcomes }) => outcomes.has(small) && outcomes.has(large));
  const sorted = usable.map(({ classification }) => classification.complexity).sort((a, b) => a - b);
  const at = sorted[Math.floor(0.7 * sorted.length)] as number;
  for (const [explored, n] of [
    [0, 2_000],
    [0.02, 2_000],
    [0.02, 8_000],
    [0.1, 2_000],
    [0.1, 8_000],
  ] as const)
    await measure(usable, { small, large, price, at, explored, n });
}

async function measure(
  usable: readonly Known[],
  given: { small: string; large: string; price: Price; at: number; explored: number; n: number },
): Promise<void> {
  const { small, large, price, at, explored, n } = given;
  const random = seededRandom(7);
  const costs = usable.map(({ outcomes, classification }) => {
    const likely = classification.complexity >= at ? large : small;
    const largeUsd = usdOf(price, outcomes.get(large) as { input: number; output: number });
    const smallUsd = usdOf(smallPrice, outcomes.get(small) as { input: number; output: number });
    const toLarge = (likely === large ? 1 - explored : 0) + explored / 2;
    return { likely, largeUsd, smallUsd, toLarge: explored === 0 ? Number(likely === large) : toLarge };
  });
  const perRequest =
    costs.reduce((sum, { largeUsd, smallUsd, toLarge }) => sum + (1 - toLarge) * (largeUsd - smallUsd), 0) /
    costs.length;
  let [given_, held, heldOwn, width, bias] = [0, 0, 0, 0, 0];
  let truthSum = 0;
  for (let run = 0; run < runs; run += 1) {
    let own = 0;
    const requests = Array.from({ length: n }, (): SpendRequest => {
      const index = Math.floor(random() * usable.length);
      const { request, classification, outcomes } = usable[index] as Known;
      const { toLarge, largeUsd, smallUsd } = costs[index] as (typeof costs)[number];
      const isLarge = random() < toLarge;
      if (!isLarge) own += largeUsd - smallUsd;
      const used = outcomes.get(large) as { input: number; output: number };
      return {
        decision: { request, classification },
        at: 0,
        answeredAt: 0,
        spentUsd: isLarge ? largeUsd : smallUsd,
        large: isLarge ? { inputTokens: used.input, outputTokens: used.output } : undefined,
        first: isLarge ? large : small,
        propensity: isLarge ? toLarge : 1 - toLarge,
        forced: false,
        failed: false,
        refused: [],
        largeId: isLarge ? large : undefined,
        answerTokens: 0,
      };
    });
    const { savedUsd } = await netSaving(requests, { large, price, seed: run });
    const truth = perRequest * n;
    truthSum += own;
    bias += savedUsd.value - own;
    const { low, high } = savedUsd;
    if (low === undefined || high === undefined) continue;
    given_ += 1;
    if (low <= truth && truth <= high) held += 1;
    if (low <= own && own <= high) heldOwn += 1;
    width += (high - low) / 2 / truth;
  }
  const shown = (count: number): string => {
    if (given_ === 0) return "-";
    const { low, high } = wilsonInterval(count / given_, given_);
    return `${((100 * count) / given_).toFixed(1)} % [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
  };
  console.log(
    `${small} | ${large} | explored ${explored} | n ${n} | intervals ${given_} of ${runs} | traffic ${shown(held)} | these requests ${shown(heldOwn)} | mean half width ${given_ === 0 ? "-" : `${((100 * width) / given_).toFixed(1)} %`} | bias ${((100 * bias) / truthSum).toFixed(1)} % of the saving`,
  );
}
