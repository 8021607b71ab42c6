import { isRouterError } from "../../contracts/index.ts";
import { watch } from "../../plugin/watch.ts";
import { giveBack, type PlannedCall } from "./admit-target.ts";
import type { Execution } from "./context.ts";
import { type StreamCall, startStreamCall } from "./stream-call.ts";
import type { Walk } from "./walk.ts";

/** The call whose content the caller will see, or the last failed call if none has content. */
export type Opened =
  | { readonly call: StreamCall; readonly failed?: undefined }
  | { readonly failed: { readonly call: StreamCall; readonly error: unknown } };

/** Result of opening a call; `failure` if it failed before its first content. */
interface Opening {
  readonly call: StreamCall;
  readonly failure: { readonly thrown: unknown } | undefined;
}

/**
 * Makes a planned call and waits for its first content. If hedging is on and the content is late, a second
 * model is called next to it: the first content wins, and the other call is abandoned.
 */
export async function openStream(execution: Execution, walk: Walk, planned: PlannedCall): Promise<Opened> {
  const first = startStreamCall(execution, planned);
  const opening = open(first);
  const afterMs = execution.ports.admission.lateAfterMs(planned.call.name);
  if (afterMs !== undefined && (await isLate(execution, opening, afterMs))) {
    const { call: hedge } = await walk.late(planned);
    if (hedge !== undefined && execution.signal?.aborted) giveBack(execution, hedge);
    else if (hedge !== undefined) {
      const second = startStreamCall(execution, hedge);
      return openBeside(execution, walk, { call: first, opening }, second);
    }
  }
  return conclude(await opening);
}

async function open(call: StreamCall): Promise<Opening> {
  try {
    await call.open();
    return { call, failure: undefined };
  } catch (thrown) {
    return { call, failure: { thrown } };
  }
}

function isLate({ ports }: Execution, opening: Promise<Opening>, afterMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = watch(ports.clock, { ms: afterMs, onTime: () => resolve(true) });
    void opening.then(() => {
      end();
      resolve(false);
    });
  });
}

async function openBeside(
  execution: Execution,
  walk: Walk,
  first: { readonly call: StreamCall; readonly opening: Promise<Opening> },
  hedge: StreamCall,
): Promise<Opened> {
  const hedgeOpening = open(hedge);
  const { call, failure } = await Promise.race([first.opening, hedgeOpening]);
  const isFirst = call === first.call;
  const other = isFirst ? hedge : first.call;
  if (failure === undefined) {
    walk.firstContent(call.planned);
    other.abandon();
    other.record.report("hedge");
    return { call };
  }
  const error = call.fail(failure.thrown);
  try {
    await walk.failed(call.planned, call.record, error, call);
  } catch (ending) {
    if (execution.signal?.aborted || isRouterError(ending, "deadline-exceeded")) {
      other.fail(ending);
      other.release(true);
    } else other.abandon();
    other.record.report(undefined);
    throw ending;
  }
  call.record.report("hedge");
  return conclude(await (isFirst ? hedgeOpening : first.opening));
}

function conclude({ call, failure }: Opening): Opened {
  return failure === undefined ? { call } : { failed: { call, error: call.fail(failure.thrown) } };
}
