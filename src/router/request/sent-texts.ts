import { base64Length } from "../../plugin/base64.ts";
import { headOfUrl, isPlaceOfData, textOfFile } from "./text-of-file.ts";
import { vocabulary } from "./vocabulary.ts";

/** Deepest nesting, and the largest number of values, that are looked at. What has more reaches no model: see `checkPlain`. */
const deepest = 200;
const mostValues = 2_000_000;

/** A look at what is sent, whatever its place. */
export interface SentTexts {
  /** Length of all texts, in UTF-16 units. Those of the wire itself do not count: names of its fields, types, roles. */
  characters: number;
  /** Length of what stands in places of images, sound and files, and is no text. */
  media: number;
  /** The texts, if they are wanted. */
  readonly texts: string[] | undefined;
  /** What is longer than this is not looked at to its end. */
  readonly most: number;
  values: number;
}

export function sentTexts(most: number, texts?: string[]): SentTexts {
  return { characters: 0, media: 0, texts, most, values: 0 };
}

/**
 * Adds the texts within a value of a request. `field`: the field that it stands in; `within`: that of the object which
 * has it. Takes time linear in the number of values, and not in the length of texts, unless these are wanted.
 */
export function addTexts(sent: SentTexts, value: unknown, field = "", within = "", depth = 0): void {
  if (typeof value === "string") {
    addText(sent, value, field, within);
    return;
  }
  if (typeof value !== "object" || value === null) {
    // A server may write numbers into a prompt: some fields hold nothing else.
    if (typeof value === "number" && depth > 1) sent.characters += digitsOf(value);
    return;
  }
  if (depth > deepest || sent.values > mostValues || sent.characters > sent.most) return;
  if (Array.isArray(value)) {
    sent.values += value.length;
    for (const one of value) addTexts(sent, one, field, within, depth + 1);
    return;
  }
  const known = vocabulary();
  for (const name in value) {
    sent.values += 1;
    if (!known.has(name)) add(sent, name);
    addTexts(sent, (value as Readonly<Record<string, unknown>>)[name], name, field, depth + 1);
  }
}

/** Adds a field of a request, or of a message, with its name. */
export function addField(sent: SentTexts, field: string, value: unknown): void {
  if (value === undefined) return;
  if (!vocabulary().has(field)) add(sent, field);
  addTexts(sent, value, field, "", 1);
}

function addText(sent: SentTexts, text: string, field: string, within: string): void {
  if ((field === "type" || field === "role") && vocabulary().has(text)) return;
  const head = isPlaceOfData(within, field) ? headOfUrl(text) : undefined;
  // The address of a file is a text; sound, and some files, are base64 without a head.
  const isText = head?.isText ?? (field === "url" || !isPlaceOfData(within, field));
  if (!isText) {
    const said = head === undefined ? "" : (textOfFile(text) ?? "");
    sent.media += text.length - said.length;
    if (said !== "") add(sent, said);
  } else if (head === undefined) add(sent, text);
  else if (sent.texts !== undefined) add(sent, textOfFile(text) ?? text);
  else sent.characters += head.isBase64 ? base64Length(text) : text.length;
}

function add(sent: SentTexts, text: string): void {
  sent.characters += text.length;
  sent.texts?.push(text);
}

/** Digits that a number has at most, as JSON: those of a short whole number are few. */
export function digitsOf(value: number): number {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? 6 : 24;
}
