/** Gives a file to the person in front of the page, in the way that their browser saves files. Nothing is sent. */
const RELEASE_MS = 60_000;

export function saveFile(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // A browser may begin to read it later.
  setTimeout(() => URL.revokeObjectURL(link.href), RELEASE_MS);
}
