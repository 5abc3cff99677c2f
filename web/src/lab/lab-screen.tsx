export default function LabScreen() {
  return (
    <section className="screen">
      <header className="screen-head">
        <h1>Lab</h1>
      </header>
      <div className="screen-body" />
    </section>
  )
}
