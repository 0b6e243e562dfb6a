/** Large bundles are read and made in pieces: after each it is others' turn. */

export type Pause = () => Promise<unknown>;

/** All in one piece. */
export const NO_PAUSE: Pause = () => Promise.resolve();
