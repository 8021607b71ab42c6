import { endOfString } from "../../plugin/end-of-string.ts";
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

/**
 * Throws `HttpError` for a body that would take too long: one of too many values, fields, levels or, besides the base64 of images and
 * files, characters. Reads the text once, before it is parsed, and ends at the first limit that is passed: JSON.parse, checks
 * and adapters take their time by value, and hold up all others meanwhile. Returns true if the value is surely what a router takes as plain:
 * it is not deep, and no number of it is infinite, as 1e999 is.
 */
export function checkSize(text: string, maxCharacters: number): boolean {
  const isLong = text.length > maxCharacters;
  let values = 0;
  let fields = 1;
  let depth = 0;
  let data = 0;
  let isPlain = true;
  /** Place of the latest mark or string. */
  let before = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    switch (code) {
      case quote: {
        const to = endOfString(text, at);
        if (isLong && to - at > longData && isData(text.slice(at + 1, to - 1))) data += to - at;
        at = to;
        break;
      }
      case comma:
        values += 1;
        if (depth === 1) fields += 1;
        if (values > mostValues) throw tooMuch(`has more than ${mostValues} values`);
        if (fields > mostFields) throw tooMuch(`has more than ${mostFields} fields`);
        at += 1;
        break;
      case openArray:
      case openObject:
        depth += 1;
        if (depth > shallow) isPlain = false;
        if (depth > deepest) throw tooMuch(`is nested deeper than ${deepest} levels`);
        at += 1;
        // The first value within. Others are counted by their commas.
        if (!isClosing(text.charCodeAt(at))) values += 1;
        break;
      case closeArray:
      case closeObject:
        depth -= 1;
        at += 1;
        break;
      default:
        // Numbers, words and spaces. The exponent of a number follows a digit.
        if ((code === smallE || code === largeE) && text.charCodeAt(at - 1) <= nine) isPlain = false;
        if (at - before > shortNumber) isPlain = false;
        at += 1;
        continue;
    }
    before = at;
    if (isLong && at - data > maxCharacters) throw tooMuchText(maxCharacters);
  }
  return isPlain;
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

const quote = 0x22;
const nine = 0x39;
const largeE = 0x45;
const smallE = 0x65;
const comma = 0x2c;
const openArray = 0x5b;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
