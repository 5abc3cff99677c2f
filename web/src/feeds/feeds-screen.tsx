export default function FeedsScreen() {
  return (
    <section className="screen">
      <header className="screen-head">
        <h1>Feeds</h1>
      </header>
      <div className="screen-body" />
    </section>
  )
}
