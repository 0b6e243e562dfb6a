/** A CSV file of specimen vaccinations of any length, made as it is read. */
const HEADER = 'type,nameEn,dob,docType,docNumber,docIssuer,disease,product,doseNumber,date,country\n';

/** Row `n`, from 0, stands on line `n + 2`. */
export function csvLine(n: number, dob = '1980-05-17'): string {
  return `vaccination,"SPECIMEN, PERSON",${dob},PASSPORT,K${10_000_000 + n},HK,sct|840539006,eu|EU/1/20/1528,1,2021-06-01,HK\n`;
}

export function csvFile(rows: number, lineOf: (n: number) => string = (n) => csvLine(n)): string {
  return HEADER + Array.from({ length: rows }, (_, n) => lineOf(n)).join('');
}

/** In pieces of a hundred rows. */
export async function* csvPieces(rows: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(HEADER);
  for (let from = 0; from < rows; from += 100) {
    const count = Math.min(100, rows - from);
    yield Buffer.from(Array.from({ length: count }, (_, i) => csvLine(from + i)).join(''));
  }
}
