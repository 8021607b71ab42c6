/** Reads the text of an answer as the simplest client would: what it sees must reach the caller. */

export type Protocol = "chat" | "messages" | "responses" | "generate" | "converse" | "invoke";

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fields) : []);

/** Returns the pieces of text of a whole answer; none if it cannot be read, or reports an error. */
export function textOfBody(protocol: Protocol, bytes: Uint8Array): readonly string[] {
  const body = fields(parsed(new TextDecoder().decode(bytes)));
  if (body["error"]) return [];
  switch (protocol) {
    case "chat": {
      const choices = list(body["choices"]);
      // Of several answers the one with place 0 counts, wherever it stands.
      const choice = choices.find(({ index }) => index === 0) ?? choices[0];
      return [text(fields(choice?.["message"])["content"])];
    }
    case "messages":
    case "invoke":
      return list(body["content"]).flatMap((block) =>
        block["type"] === "text" ? [text(block["text"])] : [],
      );
    case "responses":
      return list(body["output"])
        .filter(({ type }) => type === "message")
        .flatMap(({ content }) => list(content))
        .flatMap((part) => (part["type"] === "output_text" ? [text(part["text"])] : []));
    case "generate":
      return partsOf(body);
    case "converse":
      return list(fields(fields(body["output"])["message"])["content"]).map((block) => text(block["text"]));
  }
}

/** Returns the pieces of text of a stream, up to its end, or to what cannot be read or reports an error. */
export function textOfEvents(protocol: Protocol, stream: string): readonly string[] {
  const pieces: string[] = [];
  for (const { name, data } of eventsIn(stream)) {
    const event = fields(parsed(data));
    if (event["error"] || parsed(data) === undefined) break;
    const { piece, ends } = readEvent(protocol, name, event);
    pieces.push(...piece);
    if (ends) break;
  }
  return pieces;
}

interface Read {
  readonly piece: readonly string[];
  readonly ends: boolean;
}

function readEvent(protocol: Protocol, name: string, event: Fields): Read {
  const type = protocol === "converse" ? name : event["type"];
  const delta = fields(event["delta"]);
  switch (protocol) {
    case "chat": {
      const choice = list(event["choices"])[0] ?? {};
      return {
        piece: isOther(choice["index"]) ? [] : [text(fields(choice["delta"])["content"])],
        ends: Boolean(choice["finish_reason"]) || event["object"] === "error",
      };
    }
    case "messages":
      // Anthropic's own client takes events by their name.
      if (name === "error") return { piece: [], ends: true };
      return name === type ? readEvent("invoke", name, event) : { piece: [], ends: false };
    case "invoke":
      return {
        piece: type === "content_block_delta" && delta["type"] === "text_delta" ? [text(delta["text"])] : [],
        ends: type === "error" || type === "message_stop" || Boolean(delta["stop_reason"]),
      };
    case "responses":
      return {
        piece: type === "response.output_text.delta" ? [text(event["delta"])] : [],
        ends: /^(?:error|response\.(?:completed|incomplete|failed))$/.test(text(type)),
      };
    case "generate":
      return { piece: partsOf(event), ends: Boolean(list(event["candidates"])[0]?.["finishReason"]) };
    case "converse":
      return {
        piece: type === "contentBlockDelta" ? [text(delta["text"])] : [],
        ends: type === "messageStop",
      };
  }
}

function partsOf(body: Fields): readonly string[] {
  const candidate = list(body["candidates"])[0] ?? {};
  if (isOther(candidate["index"])) return [];
  return list(fields(candidate["content"])["parts"]).flatMap((part) =>
    part["thought"] ? [] : [text(part["text"])],
  );
}

/** True for the place of an answer that is not the first one: the contract has one. */
function isOther(index: unknown): boolean {
  return typeof index === "number" && index !== 0;
}

/** Reads the lines of a stream of events as its standard says. */
export function* eventsIn(stream: string): Generator<{ readonly name: string; readonly data: string }> {
  let [name, data] = ["", [] as string[]];
  const lines = stream.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  // What follows the last end of a line is not a line, and an event ends with an empty one.
  for (const line of lines.slice(0, -1)) {
    const [, field, value = ""] = /^(event|data)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
    else if (line === "") {
      if (data.length > 0) yield { name, data: data.join("\n") };
      [name, data] = ["", []];
    }
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
