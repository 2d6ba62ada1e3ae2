;; Never returns.
(module
  (memory (export "memory") 1)
  (func (export "slice") (param i64) (result i64)
    (loop $forever (i32.store (i32.const 8) (i32.const 1)) (br $forever))
    (unreachable)))
