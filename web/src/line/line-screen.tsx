export default function LineScreen() {
  return (
    <section className="screen">
      <header className="screen-head">
        <h1>Line</h1>
      </header>
      <div className="screen-body" />
    </section>
  )
}
