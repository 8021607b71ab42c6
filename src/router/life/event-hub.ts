import {
  type CalledModel,
  type DecisionsLost,
  type EventSink,
  InvalidOptionError,
  type LoopEvent,
  type RouterEvent,
} from "../../contracts/index.ts";
import { deepFreeze } from "../../plugin/deep-freeze.ts";
import { dropPromises } from "../../plugin/index.ts";
import { isReading, onlyReads } from "../../plugin/reading-sinks.ts";
import { freezeEvent } from "./freeze-event.ts";

/** The listeners of a router. */
export interface EventHub<Id extends string> {
  /** False if there is no listener, so that no event has to be built. */
  readonly isHeard: boolean;
  /**
   * Freezes an event with all that it holds, and passes it to all listeners. None can change what another one,
   * the caller or the router sees, and one that throws or rejects cannot break a request. For listeners of ours alone,
   * which change nothing, it is not frozen.
   */
  emit(event: RouterEvent<Id>): void;
  /** Adds a listener and returns a function that removes it. Throws `InvalidOptionError`. */
  observe(sink: EventSink<Id>): () => void;
  /**
   * Adds a listener of our own, which changes nothing: events that only it receives are not frozen. Returns a function
   * that removes it.
   */
  read(sink: (event: RouterEvent<Id>) => void): () => void;
  /** True if a listener has `around`. */
  readonly surrounds: boolean;
  /** Runs `work` within all listeners that have `around`. It runs once whatever they do, and its result is what counts. */
  within<T>(call: CalledModel, work: () => T): T;
  /** Closes all listeners. */
  close(): Promise<void>;
}

export function createEventHub<Id extends string>(first: EventSink<Id> | undefined): EventHub<Id> {
  let sinks: readonly EventSink<Id>[] = first === undefined ? [] : [first];
  /** True if a listener may change what it gets. */
  let freezes = first !== undefined && !isReading(first);
  let readers: readonly ((event: RouterEvent<Id>) => void)[] = [];
  const emit = (event: RouterEvent<Id>): void => {
    if (nested >= mostNested) return;
    nested += 1;
    try {
      if (freezes) freezeEvent(event);
      for (const sink of sinks) hand(sink, event);
      for (const reader of readers) hand(reader, event);
    } finally {
      nested -= 1;
    }
  };
  // What a listener reports may be anything.
  const report = (event: DecisionsLost | LoopEvent): void => emit(deepFreeze(event));
  let around = aroundsOf(sinks);
  if (first !== undefined) attach(first, report);
  return {
    get isHeard() {
      return sinks.length > 0 || readers.length > 0;
    },
    emit,
    get surrounds() {
      return around.length > 0;
    },
    within: (call, work) => within(around, call, work),
    observe(sink) {
      if (typeof sink !== "function") throw new InvalidOptionError("observe.sink", sink, "a function");
      // A wrapper for each call, so that a sink that is added twice can be removed once.
      const added: EventSink<Id> = Object.assign((event: RouterEvent<Id>) => sink(event), {
        close: async () => sink.close?.(),
        ...(sink.around !== undefined && {
          around: (call: CalledModel, work: () => void) => sink.around?.(call, work),
        }),
      });
      sinks = [...sinks, added];
      around = aroundsOf(sinks);
      if (isReading(sink)) onlyReads(added);
      else freezes = true;
      attach(sink, report);
      return () => {
        sinks = sinks.filter((one) => one !== added);
        around = aroundsOf(sinks);
        freezes = sinks.some((one) => !isReading(one));
      };
    },
    read(sink) {
      readers = [...readers, sink];
      return () => {
        readers = readers.filter((one) => one !== sink);
      };
    },
    async close() {
      await Promise.all(sinks.map(async (sink) => void dropPromises(await sink.close?.())));
    },
  };
}

/** Number of events on the stack: a listener may send requests, whose events it receives. */
let nested = 0;
const mostNested = 16;

function hand<Id extends string>(sink: EventSink<Id>, event: RouterEvent<Id>): void {
  try {
    dropPromises(sink(event));
  } catch {
    // A failure of a listener does not concern the request.
  }
}

type Around = (call: CalledModel, work: () => void) => void;

function aroundsOf<Id extends string>(sinks: readonly EventSink<Id>[]): readonly Around[] {
  return sinks.flatMap((sink) =>
    typeof sink.around === "function" ? [(call, work) => sink.around?.(call, work)] : [],
  );
}

function within<T>(around: readonly Around[], call: CalledModel, work: () => T): T {
  let done: { readonly value: T } | { readonly error: unknown } | undefined;
  const run = (at: number): void => {
    const next = around[at];
    if (next === undefined) {
      if (done !== undefined) return;
      try {
        done = { value: work() };
      } catch (error) {
        done = { error };
      }
      return;
    }
    try {
      dropPromises(next(call, () => run(at + 1)));
    } catch {
      // As of all listeners.
    }
    // One that leaves the work out, or puts it off.
    if (done === undefined) run(at + 1);
  };
  run(0);
  const end = done as unknown as { readonly value: T } | { readonly error: unknown };
  if ("error" in end) throw end.error;
  return end.value;
}

function attach<Id extends string>(
  sink: EventSink<Id>,
  emit: (event: DecisionsLost | LoopEvent) => void,
): void {
  try {
    sink.attach?.(emit);
  } catch {
    // As above.
  }
}
