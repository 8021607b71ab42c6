/** For the project's other wings: no promise to users. Parts of the page, for pages that are files. */

export { type Child, h, type PageElement } from "./element.ts";
export { utcOf } from "./format.ts";
export { name, pill, type Tone, track, wideTable } from "./parts.ts";
export { promisePill, promiseTrack } from "./promise-card.ts";
export { guardPlots, stageList } from "./rollout-card.ts";
export { driftCard } from "./state-cards.ts";
export { type Fact, pageFile, section, staticPage } from "./static-page.ts";
export { palette } from "./style.generated.ts";
