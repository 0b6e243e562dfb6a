/** Mocha tests that are loaded once and then run as often as wanted, each time until the first that fails. */
import Mocha from 'mocha';

export class RepeatedTests {
  readonly #mocha: Mocha;

  private constructor(mocha: Mocha) {
    this.#mocha = mocha;
  }

  /**
   * `files`: absolute paths.
   *
   * No test has a time limit, whatever it says itself: a slow machine must not pass for a failure, and what a
   * test does after its time is up would fall into the next run. (The gas limit ends a spoilt loop.)
   */
  static async load(files: readonly string[]): Promise<RepeatedTests> {
    const mocha = new Mocha({ timeout: 0, bail: true, forbidOnly: true, reporter: Mocha.reporters.Base });
    for (const file of files) mocha.addFile(file);
    await mocha.loadFilesAsync();
    mocha.suite.eachTest((test) => {
      test.timeout(0);
    });
    return new RepeatedTests(mocha.cleanReferencesAfterRun(false));
  }

  /** Runs the files with the highest `rank` first; resolves to the full title of the first test that failed. */
  firstFailure(rank: (file: string) => number = () => 0): Promise<string | undefined> {
    this.#mocha.suite.suites.sort((a, b) => rank(fileOf(b)) - rank(fileOf(a)));
    return new Promise((done) => {
      let first: string | undefined;
      const runner = this.#mocha.run((failures) =>
        done(failures === 0 ? undefined : (first ?? 'a test failed')),
      );
      runner.on('fail', (test) => (first ??= test.fullTitle()));
    });
  }
}

function fileOf({ file }: Mocha.Suite): string {
  return file ?? '';
}
