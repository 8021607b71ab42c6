import { InvalidOptionError } from "../../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../src/plugin/index.ts";
import { expectedTexts, notText } from "./internal/compare-texts.ts";
import { toScore } from "./internal/verdict.ts";
import { withGaps } from "./internal/with-gaps.ts";
import type { Scorer } from "./scorer.ts";

export interface RegexOptions {
  /**
   * Some of `i` (ignores case), `m` (`^` and `$` match at each line) and `s` (`.` matches a new line).
   * Default none.
   */
  readonly flags?: string | undefined;
  /** Longest answer that can match, in characters. Default 100,000. */
  readonly maxCharacters?: number | undefined;
}

export const regexOptions: OptionTable<RegexOptions> = {
  flags: {
    is: "text",
    empty: true,
    pattern: /^(?!.*(.).*\1)[ims]{0,3}$/,
    default: "",
    expected: 'some of "i", "m" and "s", each once',
  },
  maxCharacters: { is: "number", min: 1, max: 10_000_000, integer: true, default: 100_000 },
};

interface Compiled {
  test(text: string): boolean;
}

/**
 * Scores 1 if the pattern is found in the answer, else 0; use `^…$` for the whole answer. RE2's syntax and
 * time, linear for any pattern: no lookaround, no back-references. Without a pattern, `expected` of the
 * record is one, or a list of which one is enough. A pattern that cannot be compiled throws
 * `InvalidOptionError` at the first answer; if it comes from a record, that record is not scored.
 */
export function regex(pattern?: string | undefined, options: RegexOptions = {}): Scorer {
  const { flags, maxCharacters } = readOptions("regex", regexOptions, options);
  if (pattern !== undefined) readOption({ is: "text" }, "regex.pattern", pattern);
  const name = "regex";
  let compiled: Promise<Compiled | undefined> | undefined;
  const matches = async (wanted: string, output: string): Promise<boolean | undefined> => {
    if (pattern !== undefined) compiled ??= compile(pattern, flags);
    const found = await (compiled ?? compile(wanted, flags));
    return found && output.length <= maxCharacters && found.test(output);
  };

  return withGaps({
    name,
    score: async ({ output, expected }) => {
      if (typeof output !== "string") return toScore(name, notText);
      const wanted = pattern === undefined ? (expectedTexts(expected) ?? []) : [pattern];
      if (wanted.length === 0 || wanted.includes(""))
        return toScore(name, { score: null, reason: "there is no pattern" });
      let matched = false;
      for (const one of wanted) {
        const found = await matches(one, output);
        if (found === undefined && pattern !== undefined)
          throw new InvalidOptionError("regex.pattern", pattern, "a pattern in RE2's syntax");
        if (found === undefined)
          return toScore(name, { score: null, reason: "expected is not a pattern in RE2's syntax" });
        matched ||= found;
      }
      if (output.length > maxCharacters) return toScore(name, { score: 0, reason: "the answer is too long" });
      return toScore(name, { score: matched ? 1 : 0 });
    },
  });
}

async function compile(pattern: string, flags: string): Promise<Compiled | undefined> {
  const { RE2JS } = await import("re2js");
  const bits = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };
  let sum = 0;
  for (const flag of flags) sum |= bits[flag as keyof typeof bits];
  try {
    return RE2JS.compile(pattern, sum);
  } catch {
    return undefined;
  }
}
