/** `hcl issue` */
import type { Command } from '../command.ts';
export const issue: Command = { name: 'issue', summary: '', usage: '', run: () => Promise.resolve(1) };
