import { krippendorffAlpha } from "../../../src/loop/statistics/index.ts";
import { type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import type { Outcome, OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type HumanLabel, indexLabels, type LabelledAnswer } from "./human-label.ts";
import { type RaterAgreement, raterAgreement } from "./rater-agreement.ts";

export interface JoinHumanLabelsOptions {
  /**
   * Treatment of outcomes without a label: left out, or kept with the quality they have, which is then mixed
   * with that of people. Default `leave-out`.
   */
  readonly unlabelled?: "leave-out" | "keep" | undefined;
}

export const joinHumanLabelsOptions: OptionTable<JoinHumanLabelsOptions> = {
  unlabelled: { is: "choice", of: ["leave-out", "keep"], default: "leave-out" },
};

export interface JoinedLabels {
  /**
   * Records with at least one outcome left. `recordedQuality` keeps the old quality if people disagree with
   * it.
   */
  readonly records: readonly OutcomeRecord[];
  /** Outcomes that now have people's quality. */
  readonly labelled: number;
  /** Outcomes without a label. */
  readonly unlabelled: number;
  /** Labelled answers that are in no record, or without a model although the record has several. */
  readonly unmatched: number;
  readonly raters: RaterAgreement;
  /**
   * Comparison of the recorded qualities, for instance a judge's, with people's, on the outcomes that have
   * both.
   */
  readonly recorded: {
    readonly outcomes: number;
    /** Mean of recorded minus people's quality: above 0, the judge is too kind. */
    readonly meanDifference?: number | undefined;
    /** Krippendorff's alpha, interval. */
    readonly alpha?: number | undefined;
  };
}

/**
 * Replaces the recorded quality by that of people: the mean over the raters of an answer. Reports how much
 * people agree with each other and with the recorded quality, which shows how good a judge is.
 */
export function joinHumanLabels(
  records: readonly OutcomeRecord[],
  labels: readonly HumanLabel[],
  options: JoinHumanLabelsOptions = {},
): JoinedLabels {
  const { unlabelled: treatment } = readOptions("joinHumanLabels", joinHumanLabelsOptions, options);
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
