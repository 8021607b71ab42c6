import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { checkKeys } from "../../../src/plugin/index.ts";
import { krippendorffAlpha } from "../../../src/statistics/krippendorff-alpha.ts";
import type { Outcome, OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type HumanLabel, indexLabels, type LabelledAnswer } from "./human-label.ts";
import { type RaterAgreement, raterAgreement } from "./rater-agreement.ts";

export interface JoinHumanLabelsOptions {
  /**
   * What becomes of outcomes that nobody has labelled: left out, or kept with the quality they have, which then
   * stands beside that of people. Default `leave-out`.
   */
  readonly unlabelled?: "leave-out" | "keep" | undefined;
}

export interface JoinedLabels {
  /** Records with at least one outcome left. Where people say otherwise, `recordedQuality` keeps the old quality. */
  readonly records: readonly OutcomeRecord[];
  /** Outcomes whose quality is now people's. */
  readonly labelled: number;
  /** Outcomes without a label. */
  readonly unlabelled: number;
  /** Labelled answers that are in no record, or without a model where the record has several. */
  readonly unmatched: number;
  readonly raters: RaterAgreement;
  /** The recorded qualities, a judge's say, beside those of people, on the outcomes that have both. */
  readonly recorded: {
    readonly outcomes: number;
    /** Recorded less people's: above 0, the judge is too kind. */
    readonly meanDifference?: number | undefined;
    /** Krippendorff's alpha, interval. */
    readonly alpha?: number | undefined;
  };
}

/**
 * Puts the quality that people gave in place of the recorded one: the mean over the raters of an answer. Says how
 * far they agree with each other and with what was recorded, so that it can be told what a judge is worth.
 */
export function joinHumanLabels(
  records: readonly OutcomeRecord[],
  labels: readonly HumanLabel[],
  options: JoinHumanLabelsOptions = {},
): JoinedLabels {
  checkKeys("joinHumanLabels", options, ["unlabelled"]);
  const { unlabelled: treatment = "leave-out" } = options;
  if (treatment !== "leave-out" && treatment !== "keep")
    throw new InvalidOptionError("joinHumanLabels.unlabelled", treatment, '"leave-out" or "keep"');
  const index = indexLabels(labels);
  const used = new Set<LabelledAnswer>();
  const pairs: [recorded: number, people: number][] = [];
  let unlabelled = 0;

  const joined = records.flatMap((record) => {
    const entries = Object.entries(record.outcomes);
    const kept = entries.flatMap(([model, outcome]): [string, Outcome][] => {
      const answer = index.find(record.id, model);
      if (answer === undefined || (answer.model === undefined && entries.length > 1)) {
        unlabelled += 1;
        return treatment === "keep" ? [[model, outcome]] : [];
      }
      used.add(answer);
      pairs.push([outcome.quality, answer.quality]);
      return [[model, withQuality(outcome, answer.quality)]];
    });
    return kept.length === 0 ? [] : [{ ...record, outcomes: Object.fromEntries(kept) }];
  });

  const alpha = krippendorffAlpha(pairs);
  const difference = pairs.reduce((sum, [recorded, people]) => sum + recorded - people, 0);
  return {
    records: joined,
    labelled: pairs.length,
    unlabelled,
    unmatched: index.answers.length - used.size,
    raters: raterAgreement(labels),
    recorded: {
      outcomes: pairs.length,
      ...(pairs.length === 0 ? {} : { meanDifference: difference / pairs.length }),
      ...(alpha === undefined ? {} : { alpha }),
    },
  };
}

function withQuality(outcome: Outcome, quality: number): Outcome {
  const recorded = outcome.quality === quality ? {} : { recordedQuality: outcome.quality };
  return { ...outcome, ...recorded, quality };
}
