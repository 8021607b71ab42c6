import { DeadlineExceededError } from "../contracts/index.ts";
import type { ExecutionContext, Pass } from "./context.ts";
import { followedBy } from "./followed-by.ts";
import type { Itinerary, Next, Step } from "./itinerary.ts";
import { wait } from "./wait.ts";

/**
 * Waits for whatever a step has to wait for, its delay and the router's limits, and returns the step
 * to make then, with what it holds of the limits. A model without room gives way to the next one. The
 * attempt before was told what was to follow: it is told again where that has changed.
 */
export async function enter(context: ExecutionContext, itinerary: Itinerary, due: Step): Promise<Step> {
  try {
    const step = await stepToMake(context, itinerary, due);
    if (step.hop !== due.hop) due.after?.report(followedBy(step.hop));
    return step;
  } catch (error) {
    due.after?.report(undefined);
    throw error;
  }
}

async function stepToMake(context: ExecutionContext, itinerary: Itinerary, due: Step): Promise<Step> {
  let step = due;
  for (;;) {
    if (step.delayMs > 0) {
      await delay(context, itinerary, step);
      step = stepOf(itinerary.afterDelay());
    }
    if (context.admission === undefined) return step;
    const { pass, rejection, waited } = await passThrough(context, step.model, step.lastResort === true);
    if (pass === undefined) {
      step = stepOf(itinerary.afterRejection(rejection.reason, rejection.rate));
    } else if (!waited) {
      return { ...step, pass };
    } else {
      const next = afterWait(itinerary, pass);
      if (next.model === step.model) return { ...next, pass };
      pass.end();
      step = next;
    }
  }
}

async function delay({ signal }: ExecutionContext, itinerary: Itinerary, step: Step): Promise<void> {
  try {
    await wait(step.delayMs, signal);
  } catch (error) {
    itinerary.abandon(step);
    throw error;
  }
}

export type Passage =
  | { readonly pass: Pass; readonly waited: boolean; readonly rejection?: undefined }
  | { readonly pass?: undefined; readonly waited?: undefined; readonly rejection: Rejection };

interface Rejection {
  readonly reason: string;
  /** Whether it is a rate: there is room again in a while. */
  readonly rate: boolean;
}

/** One call's way through the limits; a `patient` one waits for a rate, as long as `retryAfterCapMs`. */
export async function passThrough(
  context: ExecutionContext,
  model: string,
  patient: boolean,
): Promise<Passage> {
  const { admission, deadlineAt, clock, options, signal } = context;
  const leftMs = deadlineAt === undefined ? Number.POSITIVE_INFINITY : deadlineAt - clock();
  const longestMs = patient ? Math.max(0, Math.min(options.retryAfterCapMs, leftMs - 1)) : 0;
  const pass = admission?.enter(model, longestMs) ?? "there are no limits";
  if (typeof pass === "string") return { rejection: { reason: pass, rate: true } };
  try {
    if (pass.waitMs > 0) await wait(pass.waitMs, signal);
    const turn = turnOf(context, pass);
    const waited = turn instanceof Promise ? await turn : turn;
    if (typeof waited === "string") {
      pass.end();
      return { rejection: { reason: waited, rate: false } };
    }
    signal?.throwIfAborted();
    let lateMs = 0;
    for (let ms = pass.begin(); ms > 0; ms = pass.begin()) {
      lateMs += ms;
      const fits =
        lateMs <= options.retryAfterCapMs && ms < (deadlineAt ?? Number.POSITIVE_INFINITY) - clock();
      if (!fits) {
        pass.end();
        return { rejection: { reason: `its rate holds it up for ${ms} ms more`, rate: true } };
      }
      await wait(ms, signal);
    }
    return { pass, waited: waited || lateMs > 0 || pass.waitMs > 0 };
  } catch (error) {
    pass.end();
    if (!patient) context.abandon(model);
    throw error;
  }
}

/** Waits for a place among the calls under way: whether that took time, or why there is none. */
function turnOf(context: ExecutionContext, pass: Pass): boolean | string | Promise<boolean | string> {
  const { signal, deadlineAt, deadlineMs, clock, attempts } = context;
  let onTurn = () => {};
  const place = pass.queue(() => onTurn());
  if (place !== false) return place === true ? false : place;
  return new Promise((resolve, reject) => {
    const leftMs = deadlineAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, deadlineAt - clock());
    const { queueTimeoutMs } = pass;
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const onAbort = () => {
      settled();
      reject(signal?.reason);
    };
    const onTimer = () => {
      settled();
      if (leftMs <= queueTimeoutMs) reject(new DeadlineExceededError(deadlineMs ?? 0, attempts));
      else resolve(`no place came free within queueTimeoutMs of ${queueTimeoutMs} ms`);
    };
    const timer = setTimeout(onTimer, Math.min(leftMs, queueTimeoutMs));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    onTurn = () => {
      settled();
      resolve(true);
    };
  });
}

/** What was permitted before the wait may not be any more. */
function afterWait(itinerary: Itinerary, pass: Pass): Step {
  try {
    return stepOf(itinerary.afterDelay());
  } catch (error) {
    pass.end();
    throw error;
  }
}

function stepOf(next: Next): Step {
  if (next.step === undefined) throw next.error;
  return next.step;
}
