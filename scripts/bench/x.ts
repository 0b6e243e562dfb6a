import { benchIssueFile } from './issue-file.ts';
const f = await benchIssueFile({ seed: 1 } as never);
console.log(f.median, f.note);
