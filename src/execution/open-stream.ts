import { isRouterError } from "../contracts/index.ts";
import type { ExecutionContext } from "./context.ts";
import { proceed } from "./generate.ts";
import type { Itinerary, Step } from "./itinerary.ts";
import { type StreamCall, startStreamCall } from "./stream-call.ts";

/** The call whose content the caller is to see, or the step to take since none has brought any. */
export type Opened =
  | { readonly call: StreamCall; readonly step?: undefined }
  | { readonly call?: undefined; readonly step: Step };

/** How a call came to its first content; `failure` where it did not. */
interface Opening {
  readonly call: StreamCall;
  readonly failure: { readonly thrown: unknown } | undefined;
}

/**
 * Calls the model of a step and waits for its first content. Where hedging is on and content is late,
 * a second model is called beside it: the first content wins, the other call is given up.
 */
export async function openStream(
  context: ExecutionContext,
  step: Step,
  itinerary: Itinerary,
): Promise<Opened> {
  const first = startStreamCall(context, step);
  const opening = open(first);
  const afterMs = context.hedging?.afterMs(first.record.model.name, context.clock());
  if (afterMs !== undefined && (await isLate(opening, afterMs))) {
    const hedge = itinerary.hedge();
    if (hedge !== undefined) {
      return openBeside(context, { call: first, opening }, startStreamCall(context, hedge), itinerary);
    }
  }
  return conclude(await opening, itinerary);
}

async function open(call: StreamCall): Promise<Opening> {
  try {
    await call.open();
    return { call, failure: undefined };
  } catch (thrown) {
    return { call, failure: { thrown } };
  }
}

async function isLate(opening: Promise<Opening>, afterMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(resolve, afterMs, true);
  });
  try {
    return await Promise.race([opening.then(() => false), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function openBeside(
  context: ExecutionContext,
  first: { readonly call: StreamCall; readonly opening: Promise<Opening> },
  hedge: StreamCall,
  itinerary: Itinerary,
): Promise<Opened> {
  const hedgeOpening = open(hedge);
  const { call, failure } = await Promise.race([first.opening, hedgeOpening]);
  const isFirst = call === first.call;
  const other = isFirst ? hedge : first.call;
  if (failure === undefined) {
    other.abandon();
    other.record.report("hedge");
    return { call };
  }
  const error = call.fail(failure.thrown);
  const ending = itinerary.ending(error, call.step.model);
  const isOver = context.signal?.aborted || isRouterError(ending?.error, "deadline-exceeded");
  if (ending !== undefined && (isOver || isFirst)) {
    if (isOver) {
      other.fail(ending.error);
      other.release(true);
    } else other.abandon();
    call.record.report(undefined);
    other.record.report(undefined);
    throw ending.error;
  }
  call.record.report("hedge");
  if (isFirst) itinerary.follow(hedge.step);
  return conclude(await (isFirst ? hedgeOpening : first.opening), itinerary);
}

function conclude({ call, failure }: Opening, itinerary: Itinerary): Opened {
  if (failure === undefined) return { call };
  const error = call.fail(failure.thrown);
  return { step: proceed(itinerary.afterFailure(error), call.record) };
}
