import type { CallOptions, ChatRequest, NativeRequest } from "../../../contracts/index.ts";
import type { JsonPath } from "../../../plugin/json-places.ts";
import { isTwice, protoField, protoName } from "../../../plugin/proto-field.ts";
import { readSignedBytes } from "../../../plugin/signed.ts";
import { foreignCallSignature } from "./google-contents.ts";
import { needsThoughtSignature, thinkingConfig } from "./google-family.ts";
import type { GoogleTarget } from "./google-request.ts";
import { isJsonObject, type JsonObject } from "./google-wire.ts";
import { changedBody, type NativeBody, type PartChange, readNativeBody, without } from "./native-body.ts";

/**
 * Returns the body of a `generateContent` request as its sender wrote it, for one model: the output limit of the call,
 * defaults of the model for what the body leaves open, the effort that was set, and signatures are replaced; fields of the
 * router and the name of a model are left out. `request` is the translation, which has the limit of the call.
 */
export function nativeGenerateBody(
  { text, effort }: NativeRequest,
  request: ChatRequest,
  target: GoogleTarget,
  { onDropped }: Pick<CallOptions, "onDropped">,
): string {
  const body = readNativeBody(text, isPartPlace);
  const { defaults = {}, model } = target;
  const name = protoName(body.fields, "generationConfig") ?? "generationConfig";
  const given = body.fields[name];
  const config: JsonObject = isJsonObject(given) ? given : {};
  const changes: JsonObject = {};
  const limit = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  const own = protoField(config, "maxOutputTokens");
  const wanted = limit ?? (own === undefined ? defaults.maxOutputTokens : undefined);
  if (wanted !== undefined && wanted !== own) changes["maxOutputTokens"] = wanted;
  if (defaults.temperature !== undefined && protoField(config, "temperature") === undefined)
    changes["temperature"] = defaults.temperature;
  const thinking = protoField(config, "thinkingConfig");
  const asked = isJsonObject(thinking) ? thinking : {};
  const isOpen =
    protoField(asked, "thinkingBudget") === undefined && protoField(asked, "thinkingLevel") === undefined;
  const level = effort ?? (isOpen ? (defaults.reasoningEffort ?? undefined) : undefined);
  if (level !== undefined) {
    const set = thinkingConfig(model, level);
    if (set === undefined) onDropped?.("reasoning_effort");
    else changes["thinkingConfig"] = { ...includesThoughts(asked), ...set };
  }
  const { generationConfig: ofDefaults, ...others } = (defaults.extraBody ?? {}) as JsonObject;
  for (const [field, value] of Object.entries(isJsonObject(ofDefaults) ? ofDefaults : {}))
    if (protoField(config, field) === undefined && !Object.hasOwn(changes, field)) changes[field] = value;
  const extra = Object.entries(others).filter(([field]) => protoField(body.fields, field) === undefined);
  return changedBody(
    body,
    {
      ...withheld,
      ...Object.fromEntries(extra),
      ...(Object.keys(changes).length > 0 && { [name]: replaced(config, changes) }),
    },
    signatureChanges(body, target),
  );
}

/** The address names the model. */
const withheld = without("model");

/** Sets fields under the name that is there already. */
function replaced(config: JsonObject, changes: JsonObject): JsonObject {
  const result = { ...config };
  for (const [field, value] of Object.entries(changes)) {
    const there = isTwice(config, field) ? undefined : protoName(config, field);
    result[there ?? field] = value;
  }
  return result;
}

function includesThoughts(thinking: JsonObject): JsonObject {
  const includeThoughts = protoField(thinking, "includeThoughts");
  return includeThoughts === undefined ? {} : { includeThoughts };
}

/** Parts of contents, and their signatures. */
function isPartPlace(path: JsonPath): boolean {
  if (path[0] !== "contents" || path[2] !== "parts") return false;
  return path.length === 3 || path.length === 4 || (path.length === 5 && isSignature(path[4]));
}

function isSignature(name: unknown): boolean {
  return name === "thoughtSignature" || name === "thought_signature";
}

/**
 * Gives the target's own signatures back. All others are left out: those of other models, and those of which no one knows
 * whose they are. A call without one gets the placeholder where the model refuses it.
 */
function signatureChanges(body: NativeBody, target: GoogleTarget): PartChange[] {
  const contents = Array.isArray(body.fields["contents"]) ? (body.fields["contents"] as unknown[]) : [];
  return contents.flatMap((content, at): PartChange[] => {
    const parts = isJsonObject(content) ? content["parts"] : undefined;
    const place = body.place(["contents", at, "parts"]);
    if (!Array.isArray(parts) || place === undefined) return [];
    let isChanged = false;
    const texts = parts.flatMap((part: unknown, index): string[] => {
      const whole = body.place(["contents", at, "parts", index]);
      const text = whole === undefined ? JSON.stringify(part) : body.text.slice(whole.from, whole.to);
      const name = isJsonObject(part) ? Object.keys(part).find(isSignature) : undefined;
      if (name === undefined || !isJsonObject(part) || whole === undefined) return [text];
      const own = ownSignature(part, name, target);
      if (own === part[name]) return [text];
      isChanged = true;
      const inner = body.place(["contents", at, "parts", index, name]);
      if (own !== undefined && inner !== undefined)
        return [
          text.slice(0, inner.from - whole.from) + JSON.stringify(own) + text.slice(inner.to - whole.from),
        ];
      const { [name]: _, ...others } = part;
      // An empty text stood there for its signature alone.
      const isEmpty = others["text"] === "" || Object.keys(others).length === 0;
      return isEmpty ? [] : [JSON.stringify(others)];
    });
    if (!isChanged) return [];
    // Contents without parts are refused.
    return [{ place, text: texts.length === 0 ? '[{"text":"(no text)"}]' : `[${texts.join(",")}]` }];
  });
}

function ownSignature(part: JsonObject, name: string, { writer, model }: GoogleTarget): string | undefined {
  const read = readSignedBytes(part[name]);
  // An object is what a translated answer of whatever model carried.
  if (read?.writer === writer && !read.signature.startsWith("{")) return read.signature;
  const isCall = protoField(part, "functionCall") !== undefined;
  return isCall && needsThoughtSignature(model) ? foreignCallSignature : undefined;
}
