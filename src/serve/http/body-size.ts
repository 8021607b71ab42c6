import { endOfRest, shortString } from "../../plugin/end-of-string.ts";
import type { LargeField } from "../../plugin/hand-over.ts";
import { HttpError } from "./http-error.ts";

/**
 * Largest number of values in a body, those within others included. Conversations of coding agents have 11 in 1,000 characters, which
 * is 45,000 in the longest body; schemas of tools have 60, for 100 tools some thousands.
 */
const mostValues = 100_000;
/** Largest number of fields of the body itself. Each is compared with the names of ours. */
const mostFields = 256;
/** Deepest nesting of a body. Schemas of tools have some 20 levels; what reads a value by recursion fails at thousands. */
const deepest = 256;
/** Nesting up to which a request that was read from a body needs no check: its translation may be some levels deeper. */
const shallow = 150;
/** Digits of a number that JSON.parse reads as a finite one, whatever they are. */
const shortNumber = 300;
/** Length from which on a string may be the data of an image or a file. */
const longData = 1_024;
/** Values from which on a field of the body is large: what it holds is counted here, and nowhere else. */
const manyValues = 1_000;
/** Names that are numbers from which on a body has many. */
const manyNumericNames = 500;
/** Digits that a number with an exponent may have more where it is written again. */
const exponentDigits = 20;

/** Sizes of a body, by its text. */
export interface BodySize {
  /** True if the value is surely what a router takes as plain: it is not deep, and no number of it is infinite, as 1e999 is. */
  readonly isPlain: boolean;
  readonly length: number;
  readonly hasNumericNames: boolean;
  /** Fields of the body that have very many values, by their names as they are written. */
  readonly large: ReadonlyMap<string, LargeField> | undefined;
}

/**
 * Throws `HttpError` for a body that would take too long: one of too many values, fields, levels or, besides the base64 of images and
 * files, characters. Reads the text once, before it is parsed, and ends at the first limit that is passed: JSON.parse, checks
 * and adapters take their time by value, and hold up all others meanwhile.
 */
export function checkSize(text: string, maxCharacters: number): BodySize {
  const isLong = text.length > maxCharacters;
  const codes = codesOf(text);
  let values = 0;
  let fields = 1;
  let depth = 0;
  let data = 0;
  let isPlain = true;
  /** Strings that begin as a number does: an escape may stand for a digit. */
  let maybeNumeric = 0;
  /** Characters of texts, names and numbers, and what numbers may be longer where they are written again. */
  let characters = 0;
  let longer = 0;
  let spaces = 0;
  let large: Map<string, LargeField> | undefined;
  const field: Field = { from: -1, to: 0, values: 0, characters: 0, length: 0 };
  for (let at = 0; at < text.length; ) {
    const code = codes[at] as number;
    // The usual ones first.
    if (code === quote) {
      const to = endOfString(text, codes, at);
      characters += to - at - 2;
      if (isLong && to - at > longData && isData(text.slice(at + 1, to - 1))) data += to - at;
      if (depth === 1 && field.from < 0) {
        field.from = at;
        field.to = to;
      }
      const first = codes[at + 1] as number;
      if (first <= nine || first === backslash) maybeNumeric += 1;
      at = codes[to] === colon ? to + 1 : to;
    } else if (code === comma) {
      if (depth === 1) {
        fields += 1;
        if (values - field.values > manyValues)
          large = withField(large, text, field, characters, at - spaces + longer);
        begin(field, values, characters, at - spaces + longer);
      }
      values += 1;
      if (values > mostValues) throw tooMuch(`has more than ${mostValues} values`);
      if (fields > mostFields) throw tooMuch(`has more than ${mostFields} fields`);
      at += 1;
    } else if (code <= space) {
      spaces += 1;
      at += 1;
      continue;
    } else if (code === openArray || code === openObject) {
      depth += 1;
      if (depth > shallow) isPlain = false;
      if (depth > deepest) throw tooMuch(`is nested deeper than ${deepest} levels`);
      at += 1;
      // The first value within. Others are counted by their commas.
      if (!isClosing(codes[at] as number)) values += 1;
    } else if (isClosing(code)) {
      if (depth === 1 && values - field.values > manyValues)
        large = withField(large, text, field, characters, at - spaces + longer);
      depth -= 1;
      at += 1;
    } else if (code === colon) at += 1;
    else {
      // A number, or one of three words, which have no exponent.
      let to = at + 1;
      let letters = 0;
      for (let next = codes[to] as number; next > space && next !== comma && !isClosing(next); ) {
        if (next > nine) letters += 1;
        to += 1;
        next = codes[to] as number;
      }
      characters += to - at;
      if (to - at > shortNumber) isPlain = false;
      if (letters > 0 && code <= nine) {
        isPlain = false;
        longer += exponentDigits;
        characters += exponentDigits;
      }
      at = to;
    }
    if (isLong && at - data > maxCharacters) throw tooMuchText(maxCharacters);
  }
  return {
    isPlain,
    length: text.length - spaces + longer,
    hasNumericNames: maybeNumeric > manyNumericNames && hasNumericNames(text),
    large,
  };
}

const encoder = new TextEncoder();

/**
 * Returns a byte for each character, and 0 behind the last: that of ASCII, of which alone JSON's own signs are, and a letter for each
 * other. Reading a character of a string takes two to three times as long as reading a byte.
 */
function codesOf(text: string): Uint8Array {
  const codes = new Uint8Array(text.length + 1);
  const { read, written } = encoder.encodeInto(text, codes);
  if (read === text.length && written === read) return codes;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    codes[at] = code < 0x80 ? code : letter;
  }
  codes[text.length] = 0;
  return codes;
}

/** Returns the place behind the string that begins there. */
function endOfString(text: string, codes: Uint8Array, from: number): number {
  let at = from + 1;
  for (const until = Math.min(at + shortString, text.length); at < until; at += 1) {
    const code = codes[at];
    if (code === backslash) at += 1;
    else if (code === quote) return at + 1;
  }
  return endOfRest(text, at);
}

/** A field of the body: the place of its name, and what there was before it. */
interface Field {
  from: number;
  to: number;
  values: number;
  characters: number;
  length: number;
}

function begin(field: Field, values: number, characters: number, length: number): void {
  field.from = -1;
  field.values = values;
  field.characters = characters;
  field.length = length;
}

function withField(
  large: Map<string, LargeField> | undefined,
  text: string,
  field: Field,
  characters: number,
  length: number,
): Map<string, LargeField> {
  const all = large ?? new Map<string, LargeField>();
  const size = { characters: characters - field.characters, length: length - field.length };
  return all.set(text.slice(field.from, field.to), size);
}

function hasNumericNames(text: string): boolean {
  const names = /"(?:\d|\\u003\d){1,10}"\s*:/g;
  for (let found = 0; found <= manyNumericNames; found += 1) if (!names.test(text)) return false;
  return true;
}

/** True for base64, with or without the media type before it. */
function isData(string: string): boolean {
  const from = /^data:[^,"\\]{1,200},/.exec(string)?.[0].length ?? 0;
  return !notBase64.test(from === 0 ? string : string.slice(from));
}

/** A character that base64 does not have. Some languages write its slashes as `\/`, and break it into lines. */
const notBase64 = /[^\w+/=\\-]|\\[^/nr]/;

function isClosing(code: number): boolean {
  return code === closeArray || code === closeObject;
}

function tooMuch(problem: string): HttpError {
  return new HttpError(400, `the body ${problem}`);
}

function tooMuchText(maxCharacters: number): HttpError {
  return new HttpError(
    413,
    `the body has more than ${maxCharacters} characters besides images and files in base64 (option maxBodyCharacters, --max-body-text)`,
  );
}

const space = 0x20;
const quote = 0x22;
const nine = 0x39;
const colon = 0x3a;
const letter = 0x61;
const comma = 0x2c;
const openArray = 0x5b;
const backslash = 0x5c;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
