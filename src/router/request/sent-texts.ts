import { base64Length } from "../../plugin/base64.ts";
import { fieldOfData, headOfUrl, textOfFile } from "./text-of-file.ts";
import { isOfWire } from "./vocabulary.ts";

/** Deepest nesting, and the largest number of values, that are looked at. What has more reaches no model: see `checkPlain`. */
const deepest = 200;
const mostValues = 2_000_000;

/** A look at what is sent, whatever its place. */
export interface SentTexts {
  /** Length of all texts, in UTF-16 units. Those of the wire itself do not count: names of its fields, types, roles. */
  characters: number;
  /** Length of the data of images, sound and files that are not text. */
  media: number;
  /** The texts, if they are wanted. */
  readonly texts: string[] | undefined;
  /** Length beyond which a value is not looked at to its end. */
  readonly most: number;
  values: number;
}

export function sentTexts(most: number, texts?: string[]): SentTexts {
  return { characters: 0, media: 0, texts, most, values: 0 };
}

/**
 * Adds the texts within a value of a request, which the field `field` has. Takes time linear in the number of values,
 * and not in the length of texts, unless these are wanted.
 */
export function addTexts(sent: SentTexts, value: unknown, field = "", depth = 0): void {
  if (typeof value === "string") add(sent, value);
  else if (typeof value === "object" && value !== null) addWithin(sent, value, field, depth);
  // A server may write numbers into a prompt. Settings are numbers, too.
  else if (typeof value === "number" && depth > 1) sent.characters += digitsOf(value);
}

function addWithin(sent: SentTexts, value: object, field: string, depth: number): void {
  if (depth > deepest || sent.values > mostValues || sent.characters > sent.most) return;
  if (Array.isArray(value)) {
    sent.values += value.length;
    // Also of gaps, which take long.
    if (sent.values > mostValues) return;
    for (const one of value as readonly unknown[]) {
      if (typeof one === "object" && one !== null) addWithin(sent, one, field, depth + 1);
      else addTexts(sent, one, field, depth + 1);
    }
    return;
  }
  const data = fieldOfData(field);
  for (const name in value) {
    sent.values += 1;
    const held = (value as Readonly<Record<string, unknown>>)[name];
    if (!isOfWire(name)) add(sent, name);
    if (typeof held === "object" && held !== null) addWithin(sent, held, name, depth + 1);
    else if (typeof held !== "string") addTexts(sent, held, name, depth + 1);
    else if (name === data) addFile(sent, held, name);
    else if ((name !== "type" && name !== "role") || !isOfWire(held)) add(sent, held);
  }
}

/** Adds a field of a request, or of a message, with its name. */
export function addField(sent: SentTexts, field: string, value: unknown): void {
  if (value === undefined) return;
  if (!isOfWire(field)) add(sent, field);
  if (typeof value === "object" && value !== null) addWithin(sent, value, field, 1);
  else if (typeof value === "string") add(sent, value);
}

const holders = ["image_url", "video_url", "audio_url", "file", "input_audio"] as const;

/** Adds the data of images, sound and files among the parts of a message, and nothing else of them. */
export function addMedia(sent: SentTexts, content: unknown): void {
  if (!Array.isArray(content)) return;
  const { characters } = sent;
  for (const part of content as readonly Readonly<Record<string, unknown>>[]) {
    if (part["type"] === "text") continue;
    for (const holder of holders) {
      const field = fieldOfData(holder) as string;
      const held = (part[holder] as Readonly<Record<string, unknown>> | null | undefined)?.[field];
      if (typeof held === "string") addFile(sent, held, field);
    }
  }
  sent.characters = characters;
}

/** Adds what is text of a file: its address, its data, or the head of these. */
function addFile(sent: SentTexts, text: string, field: string): void {
  const head = headOfUrl(text);
  if (head?.isText === true) {
    if (sent.texts !== undefined) add(sent, textOfFile(text) ?? text);
    else sent.characters += head.isBase64 ? base64Length(text) : text.length;
  } else if (head === undefined && field === "url") add(sent, text);
  else {
    // Sound, and some files, are base64 without a head.
    const said = head === undefined ? "" : (textOfFile(text) ?? "");
    sent.media += text.length - said.length;
    if (said !== "") add(sent, said);
  }
}

function add(sent: SentTexts, text: string): void {
  sent.characters += text.length;
  sent.texts?.push(text);
}

/** Digits that a number has at most, as JSON: those of a short whole number are few. */
export function digitsOf(value: number): number {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? 6 : 24;
}
