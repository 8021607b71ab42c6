import fc from "fast-check";

const surrogates = { first: 0xd800, count: 0x800 };
const last = 0x10_ffff - surrogates.count;

/**
 * Any character of Unicode, as the unit of `fc.string`. The same as its unit `binary`, which builds a map of
 * all characters at its first use and takes more than a second for it.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.nat({ max: last }).map(
  (at) => String.fromCodePoint(at < surrogates.first ? at : at + surrogates.count),
  (value) => {
    const [character, ...others] = typeof value === "string" ? value : "";
    const at = character?.codePointAt(0);
    const isUnit = at !== undefined && others.length === 0;
    if (!isUnit || (at >= surrogates.first && at < surrogates.first + surrogates.count))
      throw new Error("not one character");
    return at < surrogates.first ? at : at - surrogates.count;
  },
);
