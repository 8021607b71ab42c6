import type { ImageOutput } from "../../contracts/index.ts";
import { type Fields, isObject } from "../fields-of.ts";

/** Content of an answer, in whatever form its server writes it. */
export interface AnswerContent {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly images: readonly ImageOutput[];
  /** All parts, if one of them is not text. */
  readonly parts: readonly Fields[] | undefined;
}

/**
 * Reads content that is not a text: a list of parts, one part, or a value where a text should be. Mistral sends thinking, text
 * and references as parts (API reference, 2026-12; recorded 2025-10).
 */
export function readContent(content: unknown): AnswerContent {
  const found: Found = { text: "", reasoning: "", refusal: "", images: [] };
  const parts: Fields[] = [];
  let isText = true;
  for (const part of Array.isArray(content) ? content : [content]) {
    const said =
      isObject(part) && !(part instanceof Promise) ? part : { type: "text", text: plainText(part) };
    isText = addPart(found, said) && isText;
    parts.push(said);
  }
  return { ...found, parts: isText ? undefined : parts };
}

interface Found {
  text: string;
  reasoning: string;
  refusal: string;
  readonly images: ImageOutput[];
}

/** Adds what a part holds. Returns true if that is text and nothing else. */
function addPart(found: Found, part: Fields): boolean {
  const { type } = part;
  if (type === "thinking" || type === "reasoning") {
    found.reasoning += textIn(part["thinking"] ?? part["reasoning"] ?? part["text"]);
    return false;
  }
  if (type === "refusal") {
    found.refusal += textIn(part["refusal"]);
    return true;
  }
  if (type === "image_url") {
    const image = part["image_url"];
    const url = isObject(image) ? image["url"] : image;
    if (typeof url === "string") found.images.push({ type, image_url: { url } });
    return false;
  }
  found.text += type === undefined && part["text"] === undefined ? asJson(part) : textIn(part["text"]);
  return type === "text" || type === undefined;
}

/** Returns a text, or the texts of a list of parts. */
function textIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return plainText(value);
  let text = "";
  for (const one of value as readonly unknown[])
    text += plainText(isObject(one) && typeof one["text"] === "string" ? one["text"] : one);
  return text;
}

function plainText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

/** An object where a text should be: some servers return the JSON that the model wrote as a value. */
function asJson(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "";
  }
}

/** Joins parts of a stream: a piece of the same kind of part as the last one is added to it. */
export function addParts(to: Fields[], more: readonly Fields[]): void {
  for (const part of more) {
    const last = to.at(-1);
    const field = growing.find((name) => typeof part[name] === "string" || Array.isArray(part[name]));
    if (field !== undefined && last !== undefined && isSameBut(field, last, part))
      to[to.length - 1] = { ...last, [field]: joined(last[field], part[field]) };
    else to.push(part);
  }
}

const growing = ["text", "thinking", "refusal"] as const;

function isSameBut(field: string, one: Fields, other: Fields): boolean {
  const names = Object.keys(other);
  if (typeof one[field] !== typeof other[field] || Object.keys(one).length !== names.length) return false;
  return names.every((name) => name === field || one[name] === other[name]);
}

function joined(before: unknown, more: unknown): unknown {
  if (!Array.isArray(before)) return `${before}${more}`;
  const parts = [...(before as Fields[])];
  addParts(parts, more as Fields[]);
  return parts;
}
