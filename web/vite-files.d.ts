/** What Vite makes of imports that are no modules. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}
