import type { Reply, ReplyParts } from "./reply.ts";

/** An event of a stream: its data as JSON, and a name where the API has names. */
export interface StreamEvent {
  readonly event?: string | undefined;
  readonly data: unknown;
}

/** Events as they come. `takeReady` hands over the next one if it is there already; undefined: `next` tells what there is. */
export interface EventSource extends AsyncIterator<StreamEvent> {
  takeReady?(): StreamEvent | undefined;
}

export interface EventStreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Returns what is sent when the events fail, the last of all. */
  readonly onError: (error: unknown) => StreamEvent;
  /** Form in which they are written. Default: server-sent events. */
  readonly form?: StreamForm | undefined;
}

/** Form of events that are written one after the other. */
export interface StreamForm {
  readonly contentType: string;
  readonly text: (event: StreamEvent, isFirst: boolean) => string;
  /** Text after the last one. */
  readonly end: (isEmpty: boolean) => string;
}

const serverSent: StreamForm = {
  contentType: "text/event-stream; charset=utf-8",
  text: ({ event, data }) => `${event === undefined ? "" : `event: ${event}\n`}data: ${jsonOf(data)}\n\n`,
  end: () => "",
};

/** The data of all events as one array of JSON, which grows as they come. */
export const jsonArray: StreamForm = {
  contentType: "application/json",
  text: ({ data }, isFirst) => `${isFirst ? "[" : ",\r\n"}${jsonOf(data)}`,
  end: (isEmpty) => (isEmpty ? "[]" : "]"),
};

function jsonOf(data: unknown): string {
  return typeof data === "string" ? data : JSON.stringify(data);
}

/** Returns a reply that sends events as they come. `first` was read already. */
export function eventStream(
  events: EventSource,
  first: IteratorResult<StreamEvent>,
  { headers, onError, form = serverSent }: EventStreamOptions,
): Reply {
  return {
    status: 200,
    headers: {
      "content-type": form.contentType,
      "cache-control": "no-cache, no-transform",
      // Proxies that gather answers would hold back the first words.
      "x-accel-buffering": "no",
      ...headers,
    },
    body: new EventTexts(events, first, onError, form),
  };
}

const over: IteratorResult<string> = { done: true, value: undefined };

/** The events as texts of the wire. Not a generator: a reader that leaves ends also a read under way. */
class EventTexts implements ReplyParts {
  readonly #events: EventSource;
  readonly #onError: EventStreamOptions["onError"];
  #first: IteratorResult<StreamEvent> | undefined;
  readonly #form: StreamForm;
  #isOver = false;
  #isFirst = true;

  constructor(
    events: EventSource,
    first: IteratorResult<StreamEvent>,
    onError: EventStreamOptions["onError"],
    form: StreamForm,
  ) {
    this.#events = events;
    this.#first = first;
    this.#onError = onError;
    this.#form = form;
  }

  async next(): Promise<IteratorResult<string>> {
    if (this.#isOver) return over;
    try {
      const step = this.#first ?? (await this.#events.next());
      this.#first = undefined;
      this.#isOver = step.done === true;
      if (step.done !== true) return { done: false, value: this.#textOf(step.value) };
      const end = this.#form.end(this.#isFirst);
      return end === "" ? over : { done: false, value: end };
    } catch (error) {
      // Its reader has left meanwhile.
      if (this.#isOver) return over;
      return { done: false, value: this.#fail(error) };
    }
  }

  takeReady(): string | undefined {
    if (this.#isOver || this.#first !== undefined) return undefined;
    try {
      const event = this.#events.takeReady?.();
      return event && this.#textOf(event);
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Returns the last text of all. Events that could not be translated or written may still hold a call. */
  #fail(error: unknown): string {
    this.#isOver = true;
    this.#events.return?.().catch(() => {});
    const text = this.#textOf(this.#onError(error));
    return text + this.#form.end(false);
  }

  #textOf(event: StreamEvent): string {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return this.#form.text(event, isFirst);
  }

  async return(): Promise<IteratorResult<string>> {
    this.#isOver = true;
    await this.#events.return?.();
    return over;
  }
}
