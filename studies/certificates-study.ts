/**
 * Makes certificates on recorded outcomes and checks them: a classifier is trained on up to 1,000 records,
 * one half of the others tunes its threshold, and the other half shows the loss of that threshold. Needs
 * the data sets in SWITCHPOINT_DATA (default ../shared/data):
 *
 *     npm run build && node dist/studies/certificates-study.js [rational] [routerbench] [mmlu] [gsm8k]
 */

import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { replay } from "../evals/replay/replay.ts";
import { tuneThreshold } from "../evals/tune/tune-threshold.ts";
import { always } from "../policies/always.ts";
import { threshold } from "../policies/threshold.ts";
import { isRouterError } from "../src/contracts/index.ts";
import { askedSets, ownLabels, readStudySet, type StudySet, takeRecords, trainOn } from "./study-sets.ts";

const maxLosses = [0.01, 0.02, 0.05];

console.log(
  "| records | largest loss | threshold | large calls | loss, `upperBound` | cost saved | fresh records: loss, cost saved |\n|---|---|---|---|---|---|---|",
);
for (const [name, set] of askedSets()) await show(name, set);

async function show(name: string, set: StudySet): Promise<void> {
  const groups = await readStudySet(set);
  const { taken: own, others } = takeRecords(groups, Math.max(...ownLabels(groups)));
  const { taken: tuning, others: left } = takeRecords(others, others.flat().length / 2);
  const fresh = left.flat();
  const classifier = await trainOn(own, set);
  for (const [index, maxLoss] of maxLosses.entries()) {
    const label = index === 0 ? `${name}, ${tuning.length} tune, ${fresh.length} fresh` : "";
    const cells = await rowOf(tuning, fresh, { set, classifier, maxLoss });
    console.log(`| ${label} | ${maxLoss} | ${cells.join(" | ")} |`);
  }
}

interface Tuned {
  readonly set: StudySet;
  readonly classifier: Awaited<ReturnType<typeof trainOn>>;
  readonly maxLoss: number;
}

async function rowOf(
  tuning: readonly OutcomeRecord[],
  fresh: readonly OutcomeRecord[],
  { set: { small, large, text }, classifier, maxLoss }: Tuned,
): Promise<readonly string[]> {
  try {
    const { threshold: at = 0, certificate } = await tuneThreshold(tuning, {
      small,
      large,
      text,
      classifier,
      target: { maxLoss },
    });
    const { loss, upperBound, largeCallRate, saving } = certificate;
    const lost = await lossOn(fresh, { small, large, text, classifier, at });
    return [
      at.toFixed(2),
      percent(largeCallRate),
      `${loss.toFixed(3)}, ${upperBound.toFixed(3)}`,
      saving === undefined
        ? "n/a"
        : `${percent(saving.value)} [${percent(saving.low ?? Number.NaN)}, ${percent(saving.high ?? Number.NaN)}]`,
      `${lost.loss.toFixed(3)}, ${lost.saving === undefined ? "n/a" : percent(lost.saving)}`,
    ];
  } catch (error) {
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    return [`refused: about ${error.recordsNeeded} records would be enough`, "", "", "", ""];
  }
}

/** Returns the loss of a threshold against always-large, and the share of the cost that it saves. */
async function lossOn(
  records: readonly OutcomeRecord[],
  options: Omit<Tuned, "set" | "maxLoss"> &
    Pick<StudySet, "small" | "large" | "text"> & { readonly at: number },
): Promise<{ readonly loss: number; readonly saving: number | undefined }> {
  const { small, large, text, classifier, at } = options;
  const models = [small, large];
  const replayed = (value: number) =>
    replay(records, {
      models,
      text,
      classifier,
      policy: value > 1 ? always(small) : threshold({ small, large, at: value }),
    });
  const [routed, best] = [await replayed(at), await replayed(0)];
  return {
    loss: best.quality - routed.quality,
    saving:
      routed.costUsd === undefined || best.costUsd === undefined
        ? undefined
        : 1 - routed.costUsd / best.costUsd,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
