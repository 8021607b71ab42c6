import { InvalidOptionError, type Router, type RouterEvent } from "../../contracts/index.ts";
import type { FrameStates } from "./frame.ts";
import { createFrames, type Frames } from "./frames.ts";
import { newsOf } from "./news-of.ts";
import type { PartTap } from "./part-tap.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { type DashboardOptions, readDashboardOptions } from "./sources.ts";
import { stateReader } from "./state-reader.ts";

/** Recording of a router for the page that `serve(router, { dashboard })` shows at `/dashboard`. */
export interface Dashboard extends Frames {
  /** Records no more. The page stays as it is. */
  close(): void;
}

/** Smallest step back of the clock that is taken for one, in milliseconds. */
const backMs = 60_000;

interface Recording {
  readonly recorder: Recorder;
  /** Begin of the recording, in milliseconds since the epoch. */
  readonly since: number;
  readonly tap: PartTap | undefined;
  readonly router: Router;
  readonly close: () => void;
}

const recordings = new WeakMap<object, Recording>();

/**
 * Records what a router does from now on, in bounded memory: figures by time for seven days, and the last 200 requests.
 * Nothing of prompts, answers, sessions, tenants and texts of errors is shown. Throws `InvalidOptionError`.
 */
export function dashboard<Id extends string>(
  router: Router<Id>,
  options: DashboardOptions<Id> = {},
): Dashboard {
  return recordRouter(router, options).dashboard;
}

/** A recording, and what a process that gathers several of them needs. */
export interface RouterRecording {
  readonly dashboard: Dashboard;
  /** Names of models by their place in slots. */
  readonly models: readonly string[];
  /** Never rejects. */
  readonly readStates: () => Promise<FrameStates>;
}

/** Records like `dashboard`. `tap` is called with all that is recorded, also by the recordings that go on with this one. */
export function recordRouter<Id extends string>(
  router: Router<Id>,
  options: DashboardOptions<Id>,
  tap?: PartTap,
): RouterRecording {
  const plain = router as unknown as Router;
  const given = readDashboardOptions(plain, options as DashboardOptions);
  const before = recordingBefore(given);
  const {
    recorder,
    since,
    tap: hearing,
  } = before ?? {
    recorder: createRecorder({ reference: given.reference, tap }),
    since: Date.now(),
    tap,
  };
  // Each event counts once.
  if (before?.router === plain) before.close();
  let newest = Date.now();
  const timeNow = (): number => {
    const at = Date.now();
    if (at < newest - backMs) recorder.forgetAfter(at);
    if (at > newest || at < newest - backMs) newest = at;
    return at;
  };
  const listen = (event: RouterEvent): void => {
    if (
      event.type === "request-completed" ||
      event.type === "request-failed" ||
      event.type === "request-coalesced"
    ) {
      // Not the event itself: its functions hold the text of the request.
      const { decision, latencyMs } = event;
      const attempts = event.type === "request-coalesced" ? [] : event.attempts;
      const error = event.type === "request-failed" ? event.error : undefined;
      if (decision === undefined) recorder.addUndecided(timeNow());
      else recorder.add(timeNow(), { decision, attempts, latencyMs, error });
      return;
    }
    if (event.type === "attempt-ended") {
      if (event.unlisted) recorder.addAttempt(timeNow(), event.attempt);
      return;
    }
    if (event.type === "feedback-given" && event.arms !== undefined)
      hearing?.rated(event.decisionId, event.quality, event.arms);
    const news = newsOf(event);
    if (news !== undefined) recorder.addNews({ at: Date.now(), ...news });
  };
  const close = plain.observe(listen);
  const readStates = stateReader(plain, recorder, given);
  const frames = createFrames({
    ...(given.after !== undefined && { epoch: given.after.epoch }),
    recorder,
    now: timeNow,
    source: () => ({ kind: "router", since, requests: recorder.seq }),
    readStates,
  });
  const made = Object.defineProperty({ epoch: frames.epoch, frame: frames.frame, close }, "changes", {
    get: () => recorder.changes,
    enumerable: true,
  }) as Dashboard;
  recordings.set(made, { recorder, since, tap: hearing, router: plain, close });
  return { dashboard: made, models: recorder.models, readStates };
}

function recordingBefore({ after }: Pick<DashboardOptions, "after">): Recording | undefined {
  if (after === undefined) return undefined;
  const known = recordings.get(after);
  if (known === undefined)
    throw new InvalidOptionError("dashboard.after", typeof after, "what dashboard() returned");
  return known;
}
