import type { RecordedCandidate } from "../../contracts/index.ts";
import { shortText } from "../../plugin/short-text.ts";
import type { FramePool } from "./frame.ts";

const mostMembers = 30;

/** Returns a pool as the newest decision saw it. */
export function poolOf({ model, members = [] }: RecordedCandidate): FramePool {
  return {
    model: shortText(model) ?? "",
    members: members.slice(0, mostMembers).map(({ endpoint, permitted, load }) => ({
      endpoint: shortText(endpoint) ?? "",
      ...(permitted !== true && { refused: shortText(permitted) ?? "" }),
      ...load,
    })),
  };
}
