import type { ImportInput } from "../input/import-input.ts";
import { defined, fieldOf, textOf } from "../input/json-values.ts";
import { type Imported, type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import { readItems } from "./read-items.ts";

const operations = ["chat", "text_completion", "generate_content"];

/**
 * Reads spans of OpenTelemetry's GenAI conventions from OTLP as JSON: calls of models with their input are a
 * data set, with model, answer and tokens in `metadata`. Content is opt-in: spans without it are left out.
 */
export async function* opentelemetry(
  inputs: readonly ImportInput[],
  { leaveOut }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  for (const input of inputs) {
    for await (const { place, value } of readItems(input, ["resourceSpans"]))
      for (const scope of listOf(value["scopeSpans"] ?? value["instrumentationLibrarySpans"]))
        for (const span of listOf(fieldOf(scope, "spans"))) {
          const found = recordOf(span, place);
          if (typeof found === "string") leaveOut(found);
          else yield found;
        }
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Converts a span to a record; returns the reason if it is none. */
function recordOf(span: unknown, place: Place): Imported | string {
  const attributes = new Map(
    listOf(fieldOf(span, "attributes")).map((one) => [
      String(fieldOf(one, "key")),
      plain(fieldOf(one, "value")),
    ]),
  );
  const text = (name: string): string | undefined => textOf(attributes.get(name));
  if (!operations.includes(text("gen_ai.operation.name") ?? "")) return "spans that call no model";
  const asked = attributes.get("gen_ai.input.messages");
  if (asked === undefined) return "calls without gen_ai.input.messages, which are recorded on demand only";
  const id = textOf(fieldOf(span, "spanId")) ?? refuseAt(place, "spanId", "must be a non-empty string");
  const messages = messagesOf(asked);
  if (messages === undefined)
    return refuseAt(place, "gen_ai.input.messages", "must be messages of { role, parts }");
  const trace = textOf(fieldOf(span, "traceId"));
  const nanos = Number(fieldOf(span, "startTimeUnixNano"));
  const isText = messages.length === 1 && messages[0]?.role === "user";
  return {
    place,
    record: defined({
      id: trace === undefined ? id : `${trace}:${id}`,
      ...(isText ? { prompt: messages[0]?.content ?? "" } : { messages: messages as never }),
      system: partsOf(parsed(attributes.get("gen_ai.system_instructions"))) || undefined,
      session: text("gen_ai.conversation.id"),
      at: nanos > 0 ? new Date(nanos / 1e6).toISOString() : undefined,
      metadata: defined({
        model: text("gen_ai.response.model") ?? text("gen_ai.request.model"),
        answer: messagesOf(attributes.get("gen_ai.output.messages"))?.at(-1)?.content,
        inputTokens: attributes.get("gen_ai.usage.input_tokens"),
        outputTokens: attributes.get("gen_ai.usage.output_tokens"),
      }),
    }),
  };
}

/** Returns the plain value of an OTLP attribute. */
function plain(value: unknown): unknown {
  const number = fieldOf(value, "intValue") ?? fieldOf(value, "doubleValue");
  if (number !== undefined) return Number(number);
  const list = fieldOf(fieldOf(value, "arrayValue"), "values");
  if (Array.isArray(list)) return list.map(plain);
  const fields = fieldOf(fieldOf(value, "kvlistValue"), "values");
  if (Array.isArray(fields))
    return Object.fromEntries(
      fields.map((one) => [String(fieldOf(one, "key")), plain(fieldOf(one, "value"))]),
    );
  return fieldOf(value, "stringValue") ?? fieldOf(value, "boolValue");
}

/** Structured values are JSON text where an SDK has no structured attributes. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function messagesOf(value: unknown): readonly { role: string; content: string }[] | undefined {
  const messages = parsed(value);
  if (!Array.isArray(messages) || messages.length === 0) return undefined;
  const found = messages.map((message) => ({
    role: textOf(fieldOf(message, "role")) ?? "",
    content: partsOf(fieldOf(message, "parts") ?? fieldOf(message, "content")),
  }));
  return found.every(({ role }) => role !== "") ? found : undefined;
}

/** Joins the texts of the parts of a message. */
function partsOf(parts: unknown): string {
  if (typeof parts === "string") return parts;
  return listOf(parts)
    .map((part) => textOf(fieldOf(part, "content")) ?? textOf(fieldOf(part, "text")) ?? "")
    .filter((text) => text !== "")
    .join("\n");
}
