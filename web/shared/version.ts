/** Of which build a script is: all scripts of a page say the same, or they do not belong together. The build writes it in. */
declare const HCL_VERSION: string;

export const VERSION: string = HCL_VERSION;
