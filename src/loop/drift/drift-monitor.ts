import type { Decision, DriftFound, EventSink, LoopEvent, RouterEvent } from "../../contracts/index.ts";
import { readOptions } from "../../plugin/index.ts";
import type { Counted } from "../statistics/share-rise.ts";
import { compareRise } from "./compare-rise.ts";
import { baselineOf, compareTraffic, completed, levelOf, NONE } from "./compare-traffic.ts";
import {
  type DriftOptions,
  type DriftReference,
  type DriftSettings,
  driftOptions,
  driftReference,
} from "./drift-options.ts";
import { checkDriftState, type DriftState, entriesOf, type TrafficBaseline } from "./drift-state.ts";
import type { DriftAlarm, DriftFinding, DriftStatus } from "./drift-status.ts";
import { type ServedModels, servedModels } from "./served-models.ts";
import { type TrafficCounts, type TrafficWindow, trafficWindow } from "./traffic-window.ts";

/** A listener that says when live traffic differs from what it was. Pass it to `router.observe`. */
export interface DriftMonitor extends EventSink {
  /** Notes if a judge gave the same verdict both times that it was asked about a pair of answers. */
  noteJudge(agreed: boolean): void;
  status(): DriftStatus;
  /**
   * Begins again, for instance with a new certificate: later windows are compared with the next one, and complexity with
   * the reference, if one is given. The router's event of a new tuning does the same. Throws `InvalidOptionError`.
   */
  renew(reference?: DriftReference): void;
  /** Returns the state as plain JSON. It knows neither sessions nor tenants. */
  exportState(): DriftState;
  /** Replaces the state. Throws `InvalidOptionError`, and then changes nothing, for what is not an exported one. */
  restoreState(state: DriftState): void;
}

/** Smallest rise that matters of verdicts that a judge did not repeat. */
const minDisagreementRise = 0.05;

/**
 * Creates a monitor of live traffic. It compares each window of requests with a reference: complexity by PSI and
 * Kolmogorov-Smirnov; the shares of models, languages, lengths and categories by PSI; classifier failures and
 * disagreement of a judge by a test of a rise; and it notices when another model answers under a name. Something that
 * has moved raises one event `drift-found`, and the next one only after a window without.
 *
 * Windows do not overlap and each is looked at once, at its end. The error of one false alarm in `falseAlarmWindows`
 * windows is split over all comparisons; changes too small to matter raise none. Memory is bounded by the size of
 * the window, and no clock is read. Throws `InvalidOptionError`.
 */
export function createDriftMonitor(options: DriftOptions = {}): DriftMonitor {
  const settings: DriftSettings = readOptions("createDriftMonitor", driftOptions, options);
  const parts = { ...settings, seed: Math.floor(Math.random() * 0x1_0000_0000) };
  const open = (before?: TrafficCounts) => trafficWindow({ ...parts, size: parts.windowRequests }, before);
  let emit: ((event: LoopEvent) => void) | undefined;
  let window: TrafficWindow = open();
  let baseline: TrafficBaseline | undefined;
  let verdicts: Counted = NONE;
  let verdictsBefore: Counted | undefined;
  let served: ServedModels = servedModels();
  let reference = settings.reference;
  let windows = 0;
  let findings: readonly DriftFinding[] = [];
  let judged: DriftFinding | undefined;
  let alarms = new Map<string, DriftAlarm>();

  const raise = (of: string, event: Omit<DriftFound, "type">) => {
    if (alarms.has(of)) return;
    alarms.set(of, { of, reason: event.reason });
    emit?.({ type: "drift-found", ...event });
  };

  const settle = (finding: DriftFinding) => {
    const { of, verdict, statistic, value, bound, reason } = finding;
    if (verdict === "steady") alarms.delete(of);
    if (verdict !== "drifted") return;
    const command = of === "classifier-failures" ? "switchpoint doctor" : settings.command;
    raise(of, { of, statistic, value, bound, reason, command });
  };

  const endWindow = () => {
    const { counts } = window;
    window = open();
    if (baseline === undefined) {
      baseline = baselineOf(counts, reference, settings);
      return;
    }
    windows += 1;
    findings = compareTraffic(counts, baseline, settings);
    baseline = completed(baseline, counts, settings);
    for (const finding of findings) settle(finding);
  };

  const begin = (given: DriftReference | undefined) => {
    reference = given;
    window = open();
    baseline = undefined;
    verdicts = NONE;
    verdictsBefore = undefined;
    served = servedModels();
    findings = [];
    judged = undefined;
    alarms = new Map();
  };

  /** New parts decide: what they move on purpose does not count. */
  const replaced = (names: readonly string[]) => {
    if (names.includes("tuning")) return begin(undefined);
    window.forget("model");
    if (baseline === undefined) return;
    baseline = { ...baseline, labels: { ...baseline.labels, model: new Map() } };
    alarms.delete("model");
  };

  const answered = (event: Extract<RouterEvent, { type: "attempt-ended" }>) => {
    const news = served.add(event.attempt);
    if (news === undefined) return;
    const of = `served-model:${news.name}`;
    if (news.kind === "back") return void alarms.delete(of);
    const reason = `${news.name} was answered by ${news.from} and is answered by ${news.to}`;
    const { command } = settings;
    raise(of, {
      of: "served-model",
      statistic: "answers by another model",
      value: 1,
      bound: 0,
      reason,
      command,
    });
  };

  const decided = (decision: Decision) => {
    if (window.add(decision) && window.counts.requests >= settings.windowRequests) endWindow();
  };

  const listen: EventSink = (event) => {
    if (event.type === "decision-made") decided(event.decision);
    else if (event.type === "attempt-ended") answered(event);
    else if (event.type === "parts-replaced") replaced(event.parts);
  };

  return Object.assign(listen, {
    attach(to: (event: LoopEvent) => void) {
      emit = to;
    },
    noteJudge(agreed: boolean) {
      verdicts = { events: verdicts.events + (agreed ? 0 : 1), trials: verdicts.trials + 1 };
      if (verdicts.trials < settings.windowVerdicts) return;
      const now = verdicts;
      verdicts = NONE;
      if (verdictsBefore === undefined) {
        verdictsBefore = now;
        return;
      }
      const what = "verdicts that the judge did not repeat";
      const limits = { level: levelOf(settings), least: 1, minRise: minDisagreementRise };
      judged = compareRise("judge-disagreement", what, now, verdictsBefore, limits);
      settle(judged);
    },
    status: (): DriftStatus => ({
      windows,
      requests: window.counts.requests,
      windowRequests: settings.windowRequests,
      leftOut: window.leftOut,
      verdicts: verdicts.trials,
      windowVerdicts: settings.windowVerdicts,
      findings: judged === undefined ? findings : [...findings, judged],
      alarms: [...alarms.values()],
    }),
    renew(given?: DriftReference) {
      begin(given === undefined ? undefined : readOptions("renew.reference", driftReference, given));
    },
    exportState: (): DriftState => ({
      formatVersion: 1,
      windowRequests: settings.windowRequests,
      windows,
      reference,
      window: {
        ...window.counts,
        scores: [...window.counts.scores],
        labels: entriesOf(window.counts.labels),
      },
      baseline: baseline && { ...baseline, labels: entriesOf(baseline.labels) },
      verdicts,
      verdictsBefore,
      served: served.known(),
      alarms: [...alarms.values()],
    }),
    restoreState(given: DriftState) {
      const state = checkDriftState(given, settings);
      window = open(state.window);
      reference = state.reference;
      baseline = state.baseline;
      windows = state.windows;
      verdicts = state.verdicts;
      verdictsBefore = state.verdictsBefore;
      served = servedModels(state.served);
      alarms = new Map(state.alarms.map((alarm) => [alarm.of, alarm]));
      findings = [];
      judged = undefined;
    },
  });
}
