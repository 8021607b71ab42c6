import {
  type DecisionsLost,
  type EventSink,
  InvalidOptionError,
  type LoopEvent,
  type RouterEvent,
} from "../contracts/index.ts";
import { deepFreeze } from "../plugin/deep-freeze.ts";
import { dropPromises } from "../plugin/index.ts";
import { isReading, onlyReads } from "../plugin/reading-sinks.ts";

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
      if (freezes) deepFreeze(event);
      for (const sink of sinks) hand(sink, event);
      for (const reader of readers) hand(reader, event);
    } finally {
      nested -= 1;
    }
  };
  if (first !== undefined) attach(first, emit);
  return {
    get isHeard() {
      return sinks.length > 0 || readers.length > 0;
    },
    emit,
    observe(sink) {
      if (typeof sink !== "function") throw new InvalidOptionError("observe.sink", sink, "a function");
      // A wrapper for each call, so that a sink that is added twice can be removed once.
      const added: EventSink<Id> = Object.assign((event: RouterEvent<Id>) => sink(event), {
        close: async () => sink.close?.(),
      });
      sinks = [...sinks, added];
      if (isReading(sink)) onlyReads(added);
      else freezes = true;
      attach(sink, emit);
      return () => {
        sinks = sinks.filter((one) => one !== added);
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
