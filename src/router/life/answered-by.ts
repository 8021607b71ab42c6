import type { Answered, Completion } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { deepFreeze } from "../../plugin/deep-freeze.ts";
import { sizeOf } from "../../plugin/size-of.ts";
import { HeldText } from "../request/index.ts";
import { openFollowUp } from "./follow-up.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

/**
 * Returns the ways to an answered request, whose text is kept by then. Nothing is read or copied until one is used:
 * most requests are never looked at again.
 */
export function answeredBy<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  completion: Completion,
): Answered {
  let answer: Completion | undefined;
  return {
    readRequest: () => deepFreeze(HeldText.chatOf(run.text)),
    readAnswer() {
      answer ??= deepFreeze(copyOf(completion));
      return answer;
    },
    readSize: () => HeldText.sizeOf(run.text) + sizeOf(completion),
    follow: (hop, options) => openFollowUp(parts, run, hop, options),
    draw: parts.ports.random,
  };
}
