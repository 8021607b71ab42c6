import type { EventSink, LoopEvent, Router } from "../contracts/index.ts";

/**
 * Returns a function that reports to a router's listeners. It listens to nothing itself: a listener that is added for good
 * would have all events made and frozen.
 */
export function loopEmitter(router: Pick<Router, "observe">): (event: LoopEvent) => void {
  let emit: (event: LoopEvent) => void = () => {};
  const sink: EventSink = Object.assign(() => {}, {
    attach(given: (event: LoopEvent) => void) {
      emit = given;
    },
  });
  router.observe(sink)();
  return (event) => emit(event);
}
