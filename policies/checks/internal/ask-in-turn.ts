import { type Check, InvalidOptionError, type RecordedVerdict } from "../../../src/contracts/index.ts";
import { dropPromises, readOption } from "../../../src/plugin/index.ts";
import { checkKind } from "./check-kind.ts";

/** Asks the checks in order until one gives the verdict `decisive`; if none does, the verdict is its opposite. */
export function askInTurn(name: string, checks: readonly Check[], decisive: boolean): Check {
  if (checks.length === 0) throw new InvalidOptionError(name, checks, "given at least one check");
  checks.forEach((check, index) => {
    readOption(checkKind, `${name}[${index}]`, check);
  });

  return {
    name: `${name}(${checks.map((check) => check.name).join(", ")})`,
    reads: checks.every(({ reads }) => reads === "text") ? "text" : undefined,
    accepts(request, answer, hop) {
      for (const [index, check] of checks.entries()) {
        const verdict = check.accepts(request, answer, hop);
        // The verdict is synchronous as long as the checks are.
        if (typeof verdict !== "boolean") return askOn(verdict, checks.slice(index + 1));
        if (verdict === decisive) return decisive;
      }
      return !decisive;

      async function askOn(pending: Promise<boolean>, later: readonly Check[]): Promise<boolean> {
        if (isTrue(await pending) === decisive) return decisive;
        for (const check of later)
          if (isTrue(await check.accepts(request, answer, hop)) === decisive) return decisive;
        return !decisive;
      }
    },
    recorded(_, { verdictOf }): RecordedVerdict | undefined {
      const called: string[] = [];
      for (const check of checks) {
        const verdict = verdictOf(check);
        // A share of several answers does not say which of them the next check would have seen.
        if (verdict === undefined || !isPlain(verdict.accepted)) return undefined;
        called.push(...(verdict.called ?? []));
        if (Boolean(verdict.accepted) === decisive) return { accepted: decisive, called };
      }
      return { accepted: !decisive, called };
    },
  };
}

function isPlain(accepted: boolean | number): boolean {
  return Number(accepted) === 0 || Number(accepted) === 1;
}

/** True only for `true`: from plain JavaScript a check may return anything. */
function isTrue(verdict: unknown): boolean {
  if (typeof verdict !== "boolean") dropPromises(verdict);
  return verdict === true;
}
