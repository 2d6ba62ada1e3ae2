;; Keeps state in a table, where a migration would lose it.
(module
  (memory (export "memory") 1)
  (table 2 funcref)
  (elem declare func $f)
  (func $f)
  (func (export "slice") (param i64) (result i64)
    (table.set 0 (i32.const 0) (ref.func $f))
    (i64.const 0)))
