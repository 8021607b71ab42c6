import type { RouterEvent } from "../../contracts/index.ts";
import { showPercent } from "../../plugin/show-percent.ts";
import type { FrameNews } from "./frame.ts";

type News = Omit<FrameNews, "at">;

/** Returns an event that happens rarely as a line for people. Undefined for the others. Names of tenants and sessions, and texts of errors, are left out. */
export function newsOf(event: RouterEvent): News | undefined {
  switch (event.type) {
    case "budget-degraded":
      return bad(`Budget ${event.name} has reached a soft limit`);
    case "budget-degrade-withheld":
      return bad(
        `Budget ${event.name} has reached a soft limit, which does not apply while a promise is at risk`,
      );
    case "budget-threshold":
      return plain(`Budget ${event.name}: ${showPercent(event.share ?? 0)} are used`);
    case "budget-reached":
      return bad(`Budget ${event.name} is used up: requests are refused`);
    case "promise-changed": {
      const of = event.category === undefined ? "" : ` in category ${event.category}`;
      const text = `Promise ${event.promise}${of}: ${event.from} → ${event.to}`;
      return event.to === "kept" ? good(text) : event.to === "not-enough-evidence" ? plain(text) : bad(text);
    }
    case "rollout-changed": {
      const text = `Rollout ${event.rollout}: ${event.verdict}, ${showPercent(event.share)} for the candidate`;
      return event.verdict === "roll-back" || event.verdict === "abort" || event.verdict === "invalid"
        ? bad(text)
        : plain(text);
    }
    case "drift-found":
      return bad(
        `Drift of ${event.of}: ${event.statistic} is ${short(event.value)}, bound ${short(event.bound)}`,
      );
    case "parts-replaced":
      return plain(`${event.reverted === true ? "Put back" : "Replaced"}: ${event.parts.join(", ")}`);
    case "replacement-refused":
      return bad("A replacement was refused");
    case "escalation-abnormal":
      return bad(
        `One ${event.by} sends ${showPercent(event.share)} to the large model; usual is ${showPercent(event.usual)}${event.capped ? ". A cap is on: switchpoint guard lift ends it" : ""}`,
      );
    case "escalation-lifted":
      return plain(`A cap is lifted until ${new Date(event.until).toISOString()}`);
    case "model-life":
      if (event.kind === "lacks")
        return bad(`Model ${event.model} has refused requests: no ${event.capability}`);
      if (event.reason !== undefined)
        return bad(`No request can reach model ${event.model}: ${event.reason}`);
      return bad(
        event.kind === "withheld"
          ? `Model ${event.model} is not asked where others are known to have ${event.capability}`
          : `Model ${event.model} is ${event.kind}`,
      );
    case "store-failed":
      return bad(`Store ${event.store} does not answer`);
    case "store-recovered":
      return good(`Store ${event.store} answers again`);
    case "decisions-lost":
      return bad(`The decision log has lost ${event.lost} decisions (${event.reason})`);
    case "audit-changed":
      return event.state === "running"
        ? good("The audit runs again")
        : bad(`The audit stands still: ${event.state}`);
    default:
      return undefined;
  }
}

const plain = (text: string): News => ({ tone: "plain", text });
const good = (text: string): News => ({ tone: "good", text });
const bad = (text: string): News => ({ tone: "bad", text });
const short = (value: number) => String(Number(value.toPrecision(3)));
